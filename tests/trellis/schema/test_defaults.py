"""What records that are there already get from a new or newly required field."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.trellis.schema.rows import apply, insert, lead, plan, run, structure, values
from trellis.errors import PlanRefused
from trellis.storage.counters import auto_number_counter
from trellis.storage.errors import StorageError
from trellis.tenancy.tenant import Tenant

NEW_FIELDS: list[tuple[str, str, Any]] = [
    ("text", '{type: text, label: F, required: true, default: "it\'s: 100%"}', "it's: 100%"),
    ("number", "{type: number, label: F, scale: 2, required: true, default: 1.5}", Decimal("1.50")),
    ("checkbox", "{type: checkbox, label: F}", False),
    ("checked checkbox", "{type: checkbox, label: F, default: true}", True),
    ("date", "{type: date, label: F, required: true, default: '2026-01-31'}", date(2026, 1, 31)),
    ("picklist", "{type: picklist, label: F, required: true, values: [a, {name: b, default: true}]}", "b"),
    ("optional with a default", "{type: text, label: F, default: x}", None),
]


@pytest.mark.parametrize(("field", "expected"), [case[1:] for case in NEW_FIELDS], ids=[case[0] for case in NEW_FIELDS])
def test_existing_records_get_the_default_of_a_field_that_is_never_blank(
    database_url: str, field: str, expected: Any
) -> None:
    async def body(tenant: Tenant) -> None:
        await insert(tenant, "lead", {"name": "a"}, {"name": "b"})
        made = await plan(tenant, lead(f"f: {field}"))
        assert made.steps[0].cost == ("instant" if expected is None else "backfill")
        assert made.steps[0].rows == (0 if expected is None else 2)
        await apply(tenant, lead(f"f: {field}"))
        assert await values(tenant, "lead", "f") == [expected, expected]

    run(database_url, lead(), body)


def test_a_new_required_field_without_a_default_needs_an_empty_table(database_url: str) -> None:
    field = "f: {type: text, label: F, required: true}"

    async def body(tenant: Tenant) -> None:
        assert not (await plan(tenant, lead(field))).is_blocked
        await insert(tenant, "lead", {"name": "a"})
        with pytest.raises(PlanRefused, match="required"):
            await apply(tenant, lead(field))

    run(database_url, lead(), body)


def test_made_required_with_a_default_fills_the_blanks(database_url: str) -> None:
    async def body(tenant: Tenant) -> None:
        await insert(tenant, "lead", {"name": "a", "f": None}, {"name": "b", "f": "kept"})
        await apply(tenant, lead("f: {type: text, label: F, required: true, default: new}"))
        assert await values(tenant, "lead", "f") == ["new", "kept"]

    run(database_url, lead("f: {type: text, label: F}"), body)


def test_existing_records_are_numbered_and_counting_goes_on(database_url: str) -> None:
    async def body(tenant: Tenant) -> None:
        await insert(tenant, "lead", *({"name": str(number)} for number in range(12)))
        await apply(tenant, lead("f: {type: auto_number, label: F, format: 'L-{00}/x', start: 98}"))
        numbers = await values(tenant, "lead", "f")
        assert numbers[:3] == ["L-98/x", "L-99/x", "L-100/x"]
        await apply(tenant, lead("g: {type: auto_number, label: F, format: 'L-{00}/x', start: 98, renamed_from: [f]}"))
        query = "SELECT name, value FROM trellis_counter"
        rows = await tenant.database.run(lambda connection: connection.exec_driver_sql(query).all())
        assert [tuple(row) for row in rows] == [(auto_number_counter("lead", "g"), 109)]

    run(database_url, lead(), body)


def test_duplicates_that_only_a_database_can_find_are_refused_whole(database_url: str) -> None:
    """A new unique field whose default all records would get."""

    async def body(tenant: Tenant) -> None:
        await insert(tenant, "lead", {"name": "a"}, {"name": "b"})
        before = await structure(tenant)
        with pytest.raises(StorageError):
            await apply(tenant, lead("f: {type: text, label: F, required: true, unique: true, default: same}"))
        assert await structure(tenant) == before

    run(database_url, lead(), body)
