"""Record types that a package and the tenant add to somebody else's object: records have them, and none is left with one that goes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.trellis.factory import administrator
from tests.trellis.schema.rows import apply, plan, run, values
from trellis.automation.silent import SilentAutomation
from trellis.errors import InvalidRecord, PlanRefused
from trellis.packaging.content import PackageContent, content_of
from trellis.packaging.install import install, plan_uninstall, uninstall
from trellis.records.service import RecordChange, Records
from trellis.security.access import AdministratorAccess
from trellis.tenancy.tenant import Tenant

TRIP = (
    "label: Trip\nplural_label: Trips\nname_field: place\nfields:\n  place: {type: text, label: Place}\n"
    "  size: {type: picklist, label: Size, values: [Big, Small]}\n"
)
TYPES = "record_types:\n  tour: {label: Tour}\ndefault_record_type: tour\n"
MINE = {
    "extensions/trip.yaml": "record_types:\n  visit: {label: Visit, picklists: {size: {values: [Small], default: Small}}}\n"
}


def sales(types: str = TYPES) -> PackageContent:
    return content_of(
        {"package.yaml": "name: sales\nversion: 1.0.0\nlabel: Sales\n", "objects/trip.yaml": TRIP + types}
    )


def rail() -> PackageContent:
    manifest = "name: rail\nnamespace: rail\nversion: 1.0.0\nlabel: Rail\ndependencies: {sales: '>=1'}\n"
    types = "record_types: {rail__train: {label: Train}}\n"
    return content_of({"package.yaml": manifest, "extensions/trip.yaml": types})


async def create(tenant: Tenant, **given: Any) -> str:
    saved = await records(tenant).create(await administrator(tenant), "trip", [given])
    return str(saved[0].id)


def records(tenant: Tenant) -> Records:
    return Records(tenant, SilentAutomation(), AdministratorAccess())


def test_records_have_types_of_extensions_until_none_does(database_url: str) -> None:
    async def body(tenant: Tenant) -> None:
        actor = await administrator(tenant)
        await install(tenant, actor, sales())
        await install(tenant, actor, rail())
        assert [str(step.summary) for step in (await plan(tenant, MINE)).steps] == [
            "Add record type trip.visit (Visit)"
        ]
        await apply(tenant, MINE)
        assert list((await tenant.compiled()).model.object("trip").record_types) == ["tour", "rail__train", "visit"]

        await create(tenant)
        await create(tenant, record_type="rail__train", size="Big")
        visit = await create(tenant, record_type="visit")
        assert await values(tenant, "trip", "record_type", "size") == [
            *(("tour", None), ("rail__train", "Big")),
            ("visit", "Small"),
        ]
        with pytest.raises(InvalidRecord, match="does not offer Big"):
            await create(tenant, record_type="visit", size="Big")

        for refused in (
            await plan(tenant, {"extensions/trip.yaml": None}),
            await plan_uninstall(tenant, actor, "rail"),
        ):
            assert [finding.rows for step in refused.steps for finding in step.findings] == [1]
        with pytest.raises(PlanRefused):
            await uninstall(tenant, actor, "rail", accept_destruction=True)
        await records(tenant).update(actor, "trip", [RecordChange(id=visit, values={"record_type": "tour"})])
        await apply(tenant, {"extensions/trip.yaml": None})
        assert list((await tenant.compiled()).model.object("trip").record_types) == ["tour", "rail__train"]

    run(database_url, {}, body)


def test_first_types_that_are_added_are_a_backfill_and_go_into_the_bin(database_url: str) -> None:
    async def body(tenant: Tenant) -> None:
        await install(tenant, await administrator(tenant), sales(""))
        await create(tenant)
        first = {"extensions/trip.yaml": MINE["extensions/trip.yaml"] + "default_record_type: visit\n"}
        assert next((step.cost, step.rows) for step in (await plan(tenant, first)).steps) == ("backfill", 1)
        await apply(tenant, first)
        assert await values(tenant, "trip", "record_type") == ["visit"]
        gone = await plan(tenant, {"extensions/trip.yaml": None})
        assert [(step.cost, step.rows) for step in gone.steps if step.target == "trip.record_type"] == [
            ("destructive", 1)
        ]
        await apply(tenant, {"extensions/trip.yaml": None})
        assert "record_type" not in (await tenant.compiled()).model.object("trip").fields

    run(database_url, {}, body)
