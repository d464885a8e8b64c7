"""What is removed waits in the bin with its data, and comes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.trellis.schema.rows import HEAD, apply, insert, lead, other, plan, run, structure, values
from trellis.errors import PlanRefused
from trellis.schema.purge import list_bin, purge
from trellis.tenancy.tenant import Tenant


def test_a_removed_field_needs_a_yes_and_comes_back_with_its_values(database_url: str) -> None:
    files = lead("f: {type: text, label: F, unique: true}", "t: {type: lookup, label: T, object: task}")

    async def body(tenant: Tenant) -> None:
        (task,) = await insert(tenant, "task", {"name": "T"})
        await insert(tenant, "lead", {"name": "a", "f": "1", "t": task}, {"name": "b", "f": None, "t": None})
        before = await structure(tenant)
        made = await plan(tenant, lead())
        assert {step.target: step.rows for step in made.steps if step.cost == "destructive"} == {
            "lead.f": 1,
            "lead.t": 1,
        }
        with pytest.raises(PlanRefused, match="not agreed"):
            await apply(tenant, lead(), accept_destruction=False)
        await apply(tenant, lead())
        binned = (await structure(tenant))["lead"]
        assert not {key[0] for key in binned["keys"]} & {"t", "trellis_bin_2_0"}
        assert {entry.field for entry in await list_bin(tenant)} == {"f", "t"}
        assert "come back from the bin" in (await plan(tenant, files)).to_text()
        await apply(tenant, files)
        assert await values(tenant, "lead", "f", "t") == [("1", task), (None, None)]
        assert (await structure(tenant), await list_bin(tenant)) == (before, ())

    run(database_url, {**files, **other("task")}, body)


def test_a_removed_field_of_another_type_stays_in_the_bin(database_url: str) -> None:
    async def body(tenant: Tenant) -> None:
        await insert(tenant, "lead", {"name": "a", "f": "text"})
        await apply(tenant, lead())
        await apply(tenant, lead("f: {type: number, label: F}"))
        assert await values(tenant, "lead", "f") == [None]
        await apply(tenant, lead())
        await apply(tenant, lead("f: {type: text, label: F}"))
        assert await values(tenant, "lead", "f") == ["text"]

    run(database_url, lead("f: {type: text, label: F}"), body)


def test_a_reference_to_what_was_erased_meanwhile_comes_back_blank(database_url: str) -> None:
    files = lead("t: {type: lookup, label: T, object: task}")

    async def body(tenant: Tenant) -> None:
        kept, erased = await insert(tenant, "task", {"name": "kept"}, {"name": "erased"})
        await insert(tenant, "lead", {"name": "a", "t": kept}, {"name": "b", "t": erased})
        await apply(tenant, lead())
        await tenant.database.run(
            lambda connection: connection.exec_driver_sql("DELETE FROM task WHERE name = 'erased'")
        )
        await apply(tenant, files)
        assert await values(tenant, "lead", "t") == [kept, None]

    run(database_url, {**files, **other("task")}, body)


def test_a_removed_object_comes_back_with_its_records(database_url: str) -> None:
    files = {
        **lead("f: {type: text, label: F, indexed: true}", "t: {type: lookup, label: T, object: task}"),
        **other("task"),
    }

    async def body(tenant: Tenant) -> None:
        (task,) = await insert(tenant, "task", {"name": "T"})
        await insert(tenant, "lead", {"name": "a", "f": "1", "t": task})
        before = await structure(tenant)
        await apply(tenant, {}, replace=True)
        assert all(name.startswith("trellis_bin_") for name in await structure(tenant))
        assert not any(table["keys"] for table in (await structure(tenant)).values())
        await apply(tenant, files)
        assert await values(tenant, "lead", "name", "f", "t") == [("a", "1", task)]
        assert (await structure(tenant), await list_bin(tenant)) == (before, ())

    run(database_url, files, body)


def test_a_removed_object_comes_back_with_other_fields(database_url: str) -> None:
    async def body(tenant: Tenant) -> None:
        await insert(tenant, "lead", {"name": "a", "f": "1", "g": Decimal(2), "h": "h"})
        await apply(tenant, lead("g: {type: number, label: G}", "h: {type: text, label: H}"))
        await apply(tenant, {"objects/lead.yaml": None})
        await apply(
            tenant, lead("f: {type: text, label: F}", "h: {type: number, label: H}", "new: {type: checkbox, label: N}")
        )
        assert await values(tenant, "lead", "name", "h", "new") == [("a", None, False)]
        assert {entry.field for entry in await list_bin(tenant)} == {"g", "h"}
        assert await values(tenant, "lead", "f") == ["1"]
        await apply(tenant, lead("g: {type: number, label: G}"))
        assert await values(tenant, "lead", "g") == [Decimal(2)]

    run(
        database_url,
        lead("f: {type: text, label: F}", "g: {type: number, label: G}", "h: {type: text, label: H}"),
        body,
    )


def test_what_waited_thirty_days_is_purged_and_not_before(database_url: str) -> None:
    files = {**lead("f: {type: text, label: F}", "t: {type: lookup, label: T, object: task}"), **other("task")}

    async def body(tenant: Tenant) -> None:
        await apply(tenant, lead(), replace=True)
        now = datetime.now(UTC)
        assert await purge(tenant, now=now + timedelta(days=29)) == ()
        assert len(await purge(tenant, now=now + timedelta(days=31))) == 3
        assert list(await structure(tenant)) == ["lead"]
        assert [name for name, _ in (await structure(tenant))["lead"]["columns"] if name.startswith("trellis")] == []
        await apply(tenant, files)
        assert await values(tenant, "lead", "f") == []

    run(database_url, files, body)


def test_a_binned_field_comes_back_after_its_object_was_renamed(database_url: str) -> None:
    async def body(tenant: Tenant) -> None:
        await insert(tenant, "lead", {"name": "a", "f": "1"})
        await apply(tenant, lead())
        head = HEAD.replace("fields:", "renamed_from: [lead]\nfields:")
        source = lead("f: {type: text, label: F}", head=head)["objects/lead.yaml"]
        await apply(tenant, {"objects/lead.yaml": None, "objects/prospect.yaml": source})
        assert await values(tenant, "prospect", "f") == ["1"]

    run(database_url, lead("f: {type: text, label: F}"), body)
