"""Keyset pages: every row once, under any sort, also while others write."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metamodel.definitions import Sort
from tests.trellis.records.crm import Crm
from trellis.errors import InvalidRequest
from trellis.query.query import Query

SORTABLE = (
    "name",
    "number",
    "account",
    "amount",
    "probability",
    "weight",
    "close_date",
    "starts_at",
    "starts_on",
    "is_key",
    "stage",
    "due",
    "expected",
    "title",
    "share",
    "is_big",
    "created_at",
    "version",
    "account.name",
    "account.employees",
    "account.owner.name",
    "owner.is_admin",
    "id",
)


def fill(crm: Crm) -> int:
    """Rows with many blanks and many equal values."""
    accounts = [
        crm.create_one("account", name=name, employees=size)
        for name, size in (("beta", 1), ("Beta", None), ("alpha", 1))
    ]
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    deals: list[dict[str, Any]] = [
        {
            "name": ["a", "A", "b", "ä", "Z", "_"][index % 6],
            "account": [None, *accounts][index % 4],
            "amount": [None, "1.10", "-0.00" if index % 2 else 0, "20", "3"][index % 5],
            "probability": [None, 10, 33.3][index % 3],
            "weight": [None, "-0.000001", "12", "2"][index % 4],
            "close_date": [None, "2026-01-02", "2025-12-31"][index % 3],
            "starts_at": [None, (moment + timedelta(milliseconds=index % 3)).isoformat()][index % 2],
            "starts_on": [None, "10:00", "09:59:59.999"][index % 3],
            "is_key": index % 3 == 0,
            "stage": [None, "New", "Won"][index % 3],
        }
        for index in range(23)
    ]
    for deal in deals:
        if deal["amount"] == "-0.00":
            deal["amount"] = 0
    crm.create("deal", *deals)
    return len(deals)


def pages(crm: Crm, limit: int, **options: Any) -> Iterator[list[dict[str, Any]]]:
    cursor = None
    while True:
        page = crm.run(
            crm.queries.page(crm.actor, Query(object="deal", fields=("id",), limit=limit, cursor=cursor, **options))
        )
        found = json.loads(page.body)
        assert len(found) == page.size <= limit
        yield found
        if page.next_cursor is None:
            return
        cursor = page.next_cursor


@pytest.fixture
def filled(crm: Crm) -> Crm:
    fill(crm)
    return crm


sorts = st.lists(
    st.builds(Sort, field=st.sampled_from(SORTABLE), descending=st.booleans()),
    max_size=4,
    unique_by=lambda one: one.field,
)


@settings(max_examples=60)
@given(sort=sorts, limit=st.integers(1, 9))
def test_paging_visits_every_row_once_in_the_order_of_one_long_page(filled: Crm, sort: list[Sort], limit: int) -> None:
    whole = [row["id"] for row in filled.page("deal", "id", sort=tuple(sort), limit=1000)]
    paged = [row["id"] for page in pages(filled, limit, sort=tuple(sort)) for row in page]

    assert len(set(whole)) == len(whole) == 23
    assert paged == whole


@pytest.mark.parametrize("descending", [False, True])
def test_text_sorts_without_ascii_case_and_blanks_come_last(filled: Crm, descending: bool) -> None:
    found = [
        row["account.name"]
        for row in filled.rows("deal", "account.name", sort=(Sort(field="account.name", descending=descending),))
    ]
    folded = [name.lower() for name in found if name is not None]

    assert folded == sorted(folded, reverse=descending)
    assert set(found[len(folded) :]) == {None}


def test_both_databases_sort_alike(filled: Crm) -> None:
    order = [
        row["name"]
        for row in filled.rows("deal", "name", sort=(Sort(field="name"), Sort(field="weight", descending=True)))
    ]

    assert "".join(dict.fromkeys(name.lower() for name in order)) == "_abzä"


@pytest.mark.parametrize("field", ["expected", "weight", "amount"])
def test_numbers_sort_as_numbers(filled: Crm, field: str) -> None:
    found = [row[field] for row in filled.rows("deal", field, sort=(Sort(field=field),)) if row[field] is not None]

    assert found == sorted(found)
    assert len(set(found)) > 2


def test_rows_that_others_insert_and_delete_repeat_and_lose_none_of_the_rest(filled: Crm) -> None:
    before = [row["id"] for row in filled.rows("deal", "id", sort=(Sort(field="name"),))]
    seen: list[str] = []
    for page in pages(filled, 4, sort=(Sort(field="name"),)):
        seen += [row["id"] for row in page]
        filled.create("deal", {"name": "0 before all"}, {"name": "zz behind all"})
        if len(seen) == 4:
            filled.delete("deal", before[0], before[-1])
        if len(seen) > 40:
            break

    kept = [one for one in before if one != before[-1]]
    assert [one for one in seen if one in kept] == kept
    assert len(set(seen)) == len(seen)


def test_a_cursor_does_not_name_values_in_clear_of_another_sort(filled: Crm) -> None:
    page = filled.run(filled.queries.page(filled.actor, Query(object="deal", limit=2, sort=(Sort(field="name"),))))

    error = filled.refused(
        filled.queries.page(filled.actor, Query(object="deal", cursor=page.next_cursor, sort=(Sort(field="amount"),)))
    )

    assert isinstance(error, InvalidRequest)
    assert "another order" in error.message


def _encoded(body: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(body).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body[:-1],
        lambda body: [*body, 1],
        lambda body: [body[0], body[1], "x"],
        lambda body: [body[0], "NaN", body[2]],
        lambda body: [body[0], "1e999999", body[2]],
        lambda body: [body[0], "9" * 50, body[2]],
        lambda body: [body[0], 5, body[2]],
        lambda body: [body[0], ["1"], body[2]],
        lambda body: [body[0], {"a": 1}, body[2]],
        lambda body: [body[0], body[1], None],
        lambda body: [body[0], body[1], "' OR 1=1 --"],
        lambda body: {"a": 1},
        lambda body: [],
        lambda body: 7,
        lambda body: [0, *body[1:]],
        lambda body: [True, *body[1:]],
    ],
)
def test_a_cursor_that_was_tampered_with_is_refused(filled: Crm, change: Any) -> None:
    query = Query(object="deal", limit=2, sort=(Sort(field="amount"),))
    cursor = filled.run(filled.queries.page(filled.actor, query)).next_cursor
    assert cursor is not None
    body = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))

    tampered = Query(object="deal", limit=2, sort=(Sort(field="amount"),), cursor=_encoded(change(body)))

    assert isinstance(filled.refused(filled.queries.page(filled.actor, tampered)), InvalidRequest)


@pytest.mark.parametrize(
    "cursor", ["x", "", "****", "AAAA", "[]", "\0", "é", "W10", "a" * 50_000, _encoded("[" * 1000)]
)
def test_what_is_no_cursor_is_refused(crm: Crm, cursor: str) -> None:
    assert isinstance(crm.refused(crm.queries.page(crm.actor, Query(object="deal", cursor=cursor))), InvalidRequest)
