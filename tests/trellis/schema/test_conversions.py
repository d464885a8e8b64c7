"""Changes of a field's type or limits: values carried over, or rows in the way shown."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.trellis.factory import opened_tenant
from tests.trellis.schema.rows import HEAD, apply, insert, lead, other, plan, run, structure, values
from trellis.errors import PlanRefused
from trellis.tenancy.tenant import Tenant

FIELD = "f: {{type: {}, label: F}}"
CONVERSIONS: list[tuple[str, str, Any, str, Any]] = [
    ("wider text", "text, length: 10", "abc", "text, length: 200", "abc"),
    (
        "narrower text that fits",
        "text, length: 200",
        "abc",
        "text, length: 3",
        "abc",
    ),
    ("text to text_area", "text", "abc", "text_area", "abc"),
    ("text_area to text", "text_area", "abc", "text", "abc"),
    (
        "whole number to decimal",
        "number, precision: 10, scale: 0",
        Decimal(-7),
        "number, precision: 14, scale: 3",
        Decimal("-7.000"),
    ),
    (
        "fewer decimals that are zero",
        "number, scale: 3",
        Decimal("-7.500"),
        "number, scale: 1",
        Decimal("-7.5"),
    ),
    (
        "number to currency",
        "number, precision: 16, scale: 2",
        Decimal("1.25"),
        "currency",
        Decimal("1.25"),
    ),
    ("number to text", "number, scale: 2", Decimal("-0.05"), "text", "-0.05"),
    (
        "large number to text",
        "number, scale: 2",
        Decimal("1234567890123456.78"),
        "text",
        "1234567890123456.78",
    ),
    ("checkbox to text", "checkbox", True, "text", "true"),
    ("date to text", "date", date(2026, 2, 28), "text", "2026-02-28"),
    (
        "datetime to text",
        "datetime",
        datetime(2026, 2, 28, 12, 0, 0, 7000, tzinfo=UTC),
        "text",
        "2026-02-28T12:00:00.007Z",
    ),
    ("picklist to text", "picklist, values: [New, Old]", "Old", "text", "Old"),
    (
        "text to picklist that knows it",
        "text",
        "Old",
        "picklist, values: [New, Old]",
        "Old",
    ),
    (
        "multi_picklist to text",
        "multi_picklist, values: [a, b c]",
        ("a", "b c"),
        "text",
        "a;b c",
    ),
    (
        "geolocation with more decimals",
        "geolocation, scale: 4",
        (Decimal("52.5200"), Decimal("-13.4050")),
        "geolocation, scale: 6",
        (Decimal("52.520000"), Decimal("-13.405000")),
    ),
]


@pytest.mark.parametrize(
    ("old", "value", "new", "expected"), [case[1:] for case in CONVERSIONS], ids=[case[0] for case in CONVERSIONS]
)
def test_a_change_of_type_carries_values_over(database_url: str, old: str, value: Any, new: str, expected: Any) -> None:
    async def body(tenant: Tenant) -> None:
        await insert(tenant, "lead", {"name": "a", "f": value}, {"name": "b", "f": None})
        await apply(tenant, lead(FIELD.format(new)))
        assert await values(tenant, "lead", "f") == [expected, None]
        assert await values(tenant, "lead", "name") == ["a", "b"]

    run(database_url, lead(FIELD.format(old)), body)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("text", "number"),
        ("date", "datetime"),
        ("text", "email"),
        ("geolocation", "text"),
        ("lookup, object: task", "lookup, object: lead"),
        ("text", "auto_number, format: 'A-{0}'"),
    ],
)
def test_a_change_of_type_that_makes_no_sense_is_refused_with_a_way_out(database_url: str, old: str, new: str) -> None:
    async def body(tenant: Tenant) -> None:
        before = await structure(tenant)
        with pytest.raises(PlanRefused, match="Add a new field"):
            await apply(tenant, lead(FIELD.format(new)))
        assert (await plan(tenant, lead(FIELD.format(new)))).is_blocked
        assert await structure(tenant) == before

    run(database_url, {**lead(FIELD.format(old)), **other("task")}, body)


CHECKED: list[tuple[str, str, list[Any], str, int]] = [
    ("made required", "text", ["a", None, None], "text, required: true", 2),
    ("made unique", "text", ["a", "a", "b", None, None], "text, unique: true", 1),
    ("narrowed", "text", ["abcd", "ab"], "text, length: 3", 1),
    (
        "fewer digits",
        "number, precision: 5",
        [Decimal(10000), Decimal(-99999), Decimal(9999)],
        "number, precision: 4",
        2,
    ),
    (
        "fewer decimals",
        "number, scale: 2",
        [Decimal("-1.25"), Decimal("1.50")],
        "number, scale: 1",
        1,
    ),
    (
        "value removed",
        "picklist, values: [a, b]",
        ["a", "b"],
        "picklist, values: [a]",
        1,
    ),
    (
        "value of many removed",
        "multi_picklist, values: [a, b]",
        [("a",), ("a", "b")],
        "multi_picklist, values: [a]",
        1,
    ),
    ("text too long as picklist", "text", ["a", "z"], "picklist, values: [a]", 1),
    (
        "number too long as text",
        "number, scale: 2",
        [Decimal("1.25"), Decimal("-1.25")],
        "text, length: 4",
        1,
    ),
]


@pytest.mark.parametrize(
    ("old", "there", "new", "rows"), [case[1:] for case in CHECKED], ids=[case[0] for case in CHECKED]
)
def test_rows_in_the_way_are_shown_and_nothing_is_done(
    database_url: str, old: str, there: list[Any], new: str, rows: int
) -> None:
    async def body(tenant: Tenant) -> None:
        await insert(tenant, "lead", *({"name": str(number), "f": value} for number, value in enumerate(there)))
        before = await structure(tenant)
        made = await plan(tenant, lead(FIELD.format(new)))
        findings = [finding for step in made.steps for finding in step.findings]
        assert [finding.rows for finding in findings] == [rows]
        assert findings[0].sample
        assert "in the way" in made.to_text()
        with pytest.raises(PlanRefused) as refused:
            await apply(tenant, lead(FIELD.format(new)))
        assert refused.value.plan is not None
        assert (await structure(tenant), await values(tenant, "lead", "f")) == (before, there)

    run(database_url, lead(FIELD.format(old)), body)


def test_many_rows_in_the_way_are_counted_and_a_few_shown(database_url: str) -> None:
    async def body(tenant: Tenant) -> None:
        await insert(tenant, "lead", *({"name": None} for _ in range(8)))
        made = await plan(tenant, lead(head=HEAD.replace("length: 80", "length: 80, required: true")))
        (finding,) = [finding for step in made.steps for finding in step.findings]
        assert (finding.rows, len(finding.sample)) == (8, 5)

    run(database_url, lead(), body)


def test_a_lookup_may_change_what_happens_on_delete(database_url: str) -> None:
    async def body(tenant: Tenant) -> None:
        (task,) = await insert(tenant, "task", {"name": "T"})
        await insert(tenant, "lead", {"name": "a", "t": task})
        changed = lead("t: {type: lookup, label: T, object: task, on_delete: cascade}")
        await apply(tenant, changed)
        assert ("t", "task", "CASCADE") in (await structure(tenant))["lead"]["keys"]
        assert await values(tenant, "lead", "t") == [task]
        async with opened_tenant(database_url, {**changed, **other("task")}) as fresh:
            assert await structure(fresh) == await structure(tenant)

    run(database_url, {**lead("t: {type: lookup, label: T, object: task}"), **other("task")}, body)


def test_a_lookup_may_become_text(database_url: str) -> None:
    async def body(tenant: Tenant) -> None:
        (task,) = await insert(tenant, "task", {"name": "T"})
        await insert(tenant, "lead", {"name": "a", "t": task})
        await apply(tenant, lead("t: {type: text, label: T}"))
        assert await values(tenant, "lead", "t") == [task]
        assert "t" not in {key[0] for key in (await structure(tenant))["lead"]["keys"]}

    run(database_url, {**lead("t: {type: lookup, label: T, object: task}"), **other("task")}, body)


def test_a_value_of_a_global_picklist_cannot_go_while_records_have_it(database_url: str) -> None:
    picklist = {"picklists/kind.yaml": "label: Kind\nvalues: [a, b]\n"}
    files = {**lead("f: {type: picklist, label: F, picklist: kind}"), **picklist}

    async def body(tenant: Tenant) -> None:
        await insert(tenant, "lead", {"name": "x", "f": "b"})
        with pytest.raises(PlanRefused, match="no longer knows"):
            await apply(tenant, {"picklists/kind.yaml": "label: Kind\nvalues: [a]\n"})
        await apply(tenant, {"picklists/kind.yaml": "label: Kind\nvalues: [a, {name: b, active: false}]\n"})

    run(database_url, files, body)


def test_a_computed_field_may_become_a_stored_one_and_back(database_url: str) -> None:
    formula = "f: {type: formula, label: F, returns: text, formula: name}"

    async def body(tenant: Tenant) -> None:
        await apply(tenant, lead("f: {type: text, label: F}"))
        await insert(tenant, "lead", {"name": "a", "f": "1"})
        assert (await apply(tenant, lead(formula))).plan.is_destructive
        await apply(tenant, lead("f: {type: text, label: F}"))
        assert await values(tenant, "lead", "f") == ["1"]

    run(database_url, lead(formula), body)
