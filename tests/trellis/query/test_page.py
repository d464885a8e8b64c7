from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from metamodel.definitions import Sort
from tests.trellis.records.crm import Crm, loads
from trellis.errors import InvalidFilter, InvalidRequest, NotFound
from trellis.query.query import Query


def test_json_has_the_forms_that_the_api_promises(crm: Crm) -> None:
    deal = crm.create_one(
        "deal",
        name='Ö "quoted" \\ 😀',
        amount="1234567890123456.78",
        probability=50,
        weight="-0.5",
        close_date="2026-12-31",
        starts_at="2026-12-31T14:30:00Z",
        starts_on="09:05:01.5",
        is_key=True,
        tags=["red", "blue"],
        place={"latitude": "-52.5", "longitude": 0},
        notes="a\nb\u2028",
    )

    record = loads(crm.run(crm.queries.record(crm.actor, "deal", deal)).body)

    assert record == {
        "name": 'Ö "quoted" \\ 😀',
        "number": "D-0001",
        "account": None,
        "partner": None,
        "amount": Decimal("1234567890123456.78"),
        "probability": 50,
        "weight": Decimal("-0.5"),
        "close_date": "2026-12-31",
        "starts_at": "2026-12-31T14:30:00.000Z",
        "starts_on": "09:05:01.500",
        "is_key": True,
        "stage": "New",
        "tags": ["red", "blue"],
        "place": {"latitude": Decimal("-52.5"), "longitude": 0},
        "email": None,
        "notes": "a\nb\u2028",
        "due": "2027-01-07",
        "expected": Decimal("617283945061728.39"),
        "title": 'Ö "quoted" \\ 😀 of ',
        "share": Decimal("411522630041152.3"),
        "is_big": True,
        "id": deal,
        "owner": crm.actor.user_id,
        "owner_queue": None,
        "created_at": "2026-03-01T12:00:00.123Z",
        "created_by": crm.actor.user_id,
        "updated_at": "2026-03-01T12:00:00.123Z",
        "updated_by": crm.actor.user_id,
        "version": 1,
    }


@pytest.mark.parametrize("text", ["0", "0.01", "12.50", "9999999999999.99", "99999999999999.99", "9999999999999999.99"])
def test_amounts_keep_every_digit_in_json(crm: Crm, text: str) -> None:
    deal = crm.create_one("deal", name="A", amount=text)

    assert loads(crm.run(crm.queries.record(crm.actor, "deal", deal, ("amount",))).body)["amount"] == Decimal(text)


@pytest.mark.parametrize(
    "text", ["-0.000001", "-1", "-12.5", "123456789.123456", "-999999999.999999", "-999999999999.999999"]
)
def test_long_and_negative_decimals_keep_every_digit_in_json(crm: Crm, text: str) -> None:
    deal = crm.create_one("deal", name="A", weight=text)

    assert loads(crm.run(crm.queries.record(crm.actor, "deal", deal, ("weight",))).body)["weight"] == Decimal(text)


def test_a_page_and_its_rows_say_the_same(crm: Crm) -> None:
    account = crm.create_one("account", name="Acme")
    crm.create("deal", {"name": "A", "account": account, "amount": "10.5", "probability": 50}, {"name": "B"})
    fields = ("name", "account.name", "account.owner.name", "amount", "expected", "share", "is_big", "title")

    page, rows = crm.page("deal", *fields), crm.rows("deal", *fields)

    assert page == rows
    assert list(page[0]) == list(fields)
    assert page[0]["account.name"] == "Acme"
    assert (page[0]["expected"], page[0]["share"]) == (Decimal("5.25"), Decimal("3.5"))


def test_names_come_back_as_they_were_asked_for_and_in_that_order(crm: Crm) -> None:
    crm.create("deal", {"name": "A"})
    long = "account.parent.parent.parent.parent.parent.parent.parent.parent.created_by.name"

    assert list(crm.page("deal", "version", long, "id")[0]) == ["version", long, "id"]


def test_a_wide_object_fits_into_one_answer(crm: Crm) -> None:
    fields = tuple(
        f"account.{'parent.' * hops}{name}"
        for hops in range(7)
        for name in ("name", "code", "owner", "id", "version", "industry", "employees", "created_at")
    )
    crm.create("deal", {"name": "A", "account": crm.create_one("account", name="Acme")})

    (record,) = crm.page("deal", *fields)

    assert len(record) == 56
    assert record["account.name"] == "Acme"


def test_nothing_is_an_empty_page(crm: Crm) -> None:
    page = crm.run(crm.queries.page(crm.actor, Query(object="deal", count=True)))

    assert (page.body, page.size, page.next_cursor, page.total, page.total_is_exact) == (b"[]", 0, None, 0, True)
    assert crm.rows("deal") == []


def test_users_are_read_like_any_object_but_for_their_passwords(crm: Crm) -> None:
    (user,) = crm.page("user", equals=(("username", "admin"),))

    assert user["name"] == "Admin"
    assert not any("password" in name for name in user)


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"object": "dela"}, NotFound, "dela"),
        ({"object": "trellis_credential"}, NotFound, "trellis_credential"),
        ({"fields": ("amuont",)}, InvalidRequest, "amuont"),
        ({"fields": ("deleted_at",)}, InvalidRequest, "deleted_at"),
        ({"fields": ("name.x",)}, InvalidRequest, "no lookup"),
        ({"fields": ("account.nope",)}, InvalidRequest, "account has no field"),
        ({"fields": ("account.",)}, InvalidRequest, "no field"),
        ({"fields": ("",)}, InvalidRequest, "no field"),
        ({"fields": ('name" FROM x; --',)}, InvalidRequest, "no field"),
        ({"fields": ("account" + ".parent" * 11,)}, InvalidRequest, "lookups"),
        (
            {"fields": (*(f"account{'.parent' * n}.name" for n in range(9)), "partner.name", "partner.parent.name")},
            InvalidRequest,
            "lookups",
        ),
        ({"sort": (Sort(field="nope"),)}, InvalidRequest, "nope"),
        ({"sort": (Sort(field="tags"),)}, InvalidRequest, "no order"),
        ({"sort": (Sort(field="place"),)}, InvalidRequest, "no order"),
        ({"sort": (Sort(field="notes"),)}, InvalidRequest, "long text"),
        ({"limit": 0}, InvalidRequest, "limit"),
        ({"limit": 1001}, InvalidRequest, "limit"),
        ({"limit": True}, InvalidRequest, "limit"),
        ({"filter": "amonut > 1"}, InvalidFilter, "amonut"),
        ({"filter": "amount >"}, InvalidFilter, "line 1"),
        ({"filter": "name"}, InvalidFilter, "line 1"),
        ({"filter": "amount > 1; DROP TABLE deal"}, InvalidFilter, "line 1"),
        ({"filter": "account.nope = 1"}, InvalidFilter, "nope"),
        ({"filter": "name = " + '"' + "x" * 70_000 + '"'}, InvalidFilter, ""),
        ({"filter": "(" * 5000 + "TRUE" + ")" * 5000}, InvalidFilter, ""),
        ({"filter": ""}, InvalidFilter, ""),
        ({"equals": (("account", "x"),)}, InvalidRequest, "id"),
        ({"equals": (("place", "x"),)}, InvalidRequest, "compared"),
        ({"equals": (("title", "x"),)}, InvalidRequest, "compared"),
    ],
)
def test_a_query_that_cannot_be_says_why(crm: Crm, options: dict[str, Any], error: type[Exception], said: str) -> None:
    found = crm.refused(crm.queries.page(crm.actor, Query(**{"object": "deal", **options})))

    assert type(found) is error
    assert said in found.message


@pytest.mark.parametrize("record_id", ["x", "", "01890000-0000-7000-8000-000000000000", "' OR 1=1 --", None, "\0"])
def test_an_id_that_is_none_finds_nothing(crm: Crm, record_id: Any) -> None:
    assert isinstance(crm.refused(crm.queries.record(crm.actor, "deal", record_id)), NotFound)


def test_an_id_is_found_in_any_letter_case(crm: Crm) -> None:
    deal = crm.create_one("deal", name="A")

    assert crm.run(crm.queries.record(crm.actor, "deal", deal.upper(), ("id",))).version == 1


def test_a_parent_in_the_bin_shows_nothing(crm: Crm) -> None:
    account = crm.create_one("account", name="A")
    first, second = crm.create_one("deal", name="1", partner=account), crm.create_one("deal", name="2")
    crm.create("account", {"name": "B", "parent": account})
    crm.delete("account", account)

    assert [row["partner.name"] for row in crm.rows("deal", "partner.name")] == [None, None]
    assert crm.row("account", crm.rows("account", "id")[0]["id"], "parent.name") == {"parent.name": None}
    assert first < second


def test_equals_compares_with_values_and_with_blank(crm: Crm) -> None:
    account = crm.create_one("account", name="A")
    crm.create(
        "deal", {"name": "1", "account": account}, {"name": "2"}, {"name": "3", "account": account, "is_key": True}
    )

    def names(*equals: tuple[str, Any]) -> list[str]:
        return [row["name"] for row in crm.rows("deal", "name", equals=equals)]

    assert names(("account", account)) == ["1", "3"]
    assert names(("account", None)) == ["2"]
    assert names(("account", account), ("is_key", True)) == ["3"]
    assert names(("account.name", "A")) == ["1", "3"]
    assert names(("name", "x' OR '1'='1")) == []


def test_matches_are_counted(crm: Crm) -> None:
    crm.create("deal", *({"name": f"D{index}", "amount": index} for index in range(7)))

    page = crm.run(crm.queries.page(crm.actor, Query(object="deal", filter="amount >= 3", limit=2, count=True)))

    assert (page.size, page.total, page.total_is_exact) == (2, 4, True)
    assert crm.run(crm.queries.count(crm.actor, Query(object="deal"))) == (7, True)
