"""Deploys of record types: records there are get the default one, and none is left with a type that is gone."""

from __future__ import annotations

import pytest

from tests.trellis.schema.rows import apply, insert, lead, plan, run, values
from trellis.errors import PlanRefused
from trellis.tenancy.tenant import Tenant

STAGE = "stage: {type: picklist, label: Stage, values: [Open, Won]}"
TYPES = "record_types:\n  one: {label: One}\n  two: {label: Two, picklists: {stage: {values: [Won]}}}\ndefault_record_type: one\n"
ONE = "record_types:\n  one: {label: One}\ndefault_record_type: one\n"


def steps_of(found: object) -> list[tuple[str, str, int]]:
    return [(step.cost, str(step.summary), step.rows) for step in found.steps]  # type: ignore[attr-defined]


def test_first_record_types_are_a_backfill_to_the_default(database_url: str) -> None:
    async def body(tenant: Tenant) -> None:
        await insert(tenant, "lead", {"name": "a"}, {"name": "b"})
        assert steps_of(await plan(tenant, lead(STAGE, tail=TYPES))) == [
            ("backfill", "Give records of lead record types; existing records get 'one'", 2),
            ("instant", "Change object lead (Lead)", 0),
            ("instant", "Add record type lead.one (One)", 0),
            ("instant", "Add record type lead.two (Two)", 0),
        ]
        await apply(tenant, lead(STAGE, tail=TYPES))
        assert await values(tenant, "lead", "record_type") == ["one", "one"]
        assert steps_of(await plan(tenant, lead(STAGE, tail=ONE))) == [
            ("checked", "Change lead.record_type: values", 2),
            ("instant", "Remove record type lead.two (Two)", 0),
        ]
        await apply(tenant, lead(STAGE, tail=ONE))

    run(database_url, lead(STAGE), body)


def test_types_change_come_and_go_unless_records_have_them(database_url: str) -> None:
    async def body(tenant: Tenant) -> None:
        await insert(tenant, "lead", {"name": "a", "record_type": "two"}, {"name": "b", "record_type": "one"})
        changed = TYPES.replace("{label: One}", "{label: First}")
        more = changed.replace("default", "  three: {label: Three, is_active: false}\ndefault")
        assert steps_of(await plan(tenant, lead(STAGE, tail=more))) == [
            ("instant", "Change record type lead.one (First)", 0),
            ("instant", "Add record type lead.three (Three)", 0),
        ]

        found = await plan(tenant, lead(STAGE, tail=ONE))
        (check,) = (step for step in found.steps if step.findings)
        (finding,) = check.findings
        assert (check.cost, finding.rows, finding.sample[0]["record_type"]) == ("checked", 1, "two")
        assert "Keep the type with `is_active: false`" in finding.hint
        with pytest.raises(PlanRefused):
            await apply(tenant, lead(STAGE, tail=ONE))

    run(database_url, lead(STAGE, tail=TYPES), body)


def test_a_type_that_offers_less_says_how_many_records_keep_what_they_have(database_url: str) -> None:
    fields = (
        "stage: {type: picklist, label: Stage, values: [Open, Talks, {name: Old, active: false}]}",
        "tags: {type: multi_picklist, label: Tags, values: [red, green, blue]}",
    )
    less = ONE.replace(
        "{label: One}", "{label: One, picklists: {stage: {values: [Talks]}, tags: {values: [green, blue]}}}"
    )
    two = "record_types:\n  one: {label: One}\n  two: {label: Two}\ndefault_record_type: one\n"

    async def body(tenant: Tenant) -> None:
        one = [("Open", ["red", "blue"]), ("Open", ["green"]), ("Talks", None), ("Old", ["blue"])]
        rows = [{"name": "a", "record_type": "one", "stage": stage, "tags": tags} for stage, tags in one]
        await insert(tenant, "lead", *rows, {"name": "b", "record_type": "two", "stage": "Open", "tags": ["red"]})
        (step,) = (
            await plan(tenant, lead(*fields, tail=less.replace("\ndefault", "\n  two: {label: Two}\ndefault")))
        ).steps
        assert (step.cost, step.is_blocked, step.opens) == ("instant", False, False)
        assert [str(note.text) for note in step.notes] == [
            "2 records keep a value of Stage that the type stops offering",
            "1 record keeps a value of Tags that the type stops offering",
        ]

    run(database_url, lead(*fields, tail=two), body)


def test_all_types_go_into_the_bin_and_come_back(database_url: str) -> None:
    async def body(tenant: Tenant) -> None:
        await insert(tenant, "lead", {"name": "a", "record_type": "two"})
        found = await plan(tenant, lead(STAGE))
        assert [(step.cost, step.rows) for step in found.steps if step.target == "lead.record_type"] == [
            ("destructive", 1)
        ]
        await apply(tenant, lead(STAGE))
        await insert(tenant, "lead", {"name": "b"})
        refused = await plan(tenant, lead(STAGE, tail=ONE))
        assert [finding.rows for step in refused.steps for finding in step.findings] == [1]
        await apply(tenant, lead(STAGE, tail=TYPES))
        assert await values(tenant, "lead", "record_type") == ["two", "one"]

    run(database_url, lead(STAGE, tail=TYPES), body)
