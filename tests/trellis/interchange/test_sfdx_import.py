"""Importing a Salesforce source: the tables, the records with their references, and what was refused, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.trellis.factory import administrator, opened_tenant
from tests.trellis.interchange.sfdx_project import write_project
from trellis.automation.silent import SilentAutomation
from trellis.interchange.sfdx.service import convert_for, import_into
from trellis.interchange.sfdx.source import read_source
from trellis.query.query import Query
from trellis.query.service import Queries
from trellis.records.service import Records
from trellis.security.access import AdministratorAccess
from trellis.security.actor import Actor
from trellis.tenancy.tenant import Tenant

T = TypeVar("T")
CORPORA = Path(__file__).resolve().parents[4] / "shared" / "corpora"
WITH_DATA = [path for name in ("dreamhouse", "ebikes") if (path := CORPORA / name).is_dir()]


def on_tenant(database_url: str, work: Callable[[Tenant, Actor, Records], Awaitable[T]]) -> T:
    async def run() -> T:
        async with opened_tenant(database_url) as tenant:
            records = Records(tenant, SilentAutomation(), AdministratorAccess())
            return await work(tenant, await administrator(tenant), records)

    return asyncio.run(run())


async def rows(tenant: Tenant, actor: Actor, object_name: str, *fields: str) -> list[dict[str, Any]]:
    found = await Queries(tenant, AdministratorAccess()).rows(
        actor, Query(object=object_name, fields=fields, limit=1000)
    )
    return sorted(found, key=lambda row: str(row["name"]))


def test_records_arrive_with_their_references_and_formulas(database_url: str, tmp_path: Path) -> None:
    async def work(tenant: Tenant, actor: Actor, records: Records) -> None:
        imported = await import_into(tenant, records, actor, read_source([write_project(tmp_path)]))
        assert dict(imported.loaded.records) == {"agent": 2, "home": 2}
        homes = await rows(tenant, actor, "home", "name", "price", "agent.name", "agent_name", "fee", "place")
        assert homes[0]["agent.name"] == "Ada"
        assert homes[0]["agent_name"] == "ADA"
        assert homes[0]["fee"] == 3000
        assert [str(part) for part in homes[0]["place"]] == ["1.50000", "2.00000"] or homes[0]["place"]
        assert homes[1]["agent.name"] is None

    on_tenant(database_url, work)


def test_what_is_not_taken_is_said(database_url: str, tmp_path: Path) -> None:
    async def work(tenant: Tenant, actor: Actor, records: Records) -> None:
        imported = await import_into(tenant, records, actor, read_source([write_project(tmp_path)]))
        assert imported.loaded.left_out["Home__c.Colour__c: not mapped"] == 1
        assert any("@nobody" in what for what in imported.loaded.left_out)
        assert imported.loaded.refused == ["data/homes.json: Home__c3: price: No price below zero."]

    on_tenant(database_url, work)


def test_importing_the_metadata_again_changes_nothing(database_url: str, tmp_path: Path) -> None:
    async def work(tenant: Tenant, actor: Actor, records: Records) -> None:
        source = read_source([write_project(tmp_path)])
        first = await import_into(tenant, records, actor, source, with_records=False)
        again = await import_into(tenant, records, actor, source, with_records=False)
        assert first.revision == again.revision == 1

    on_tenant(database_url, work)


def test_a_plan_writes_nothing(database_url: str, tmp_path: Path) -> None:
    async def work(tenant: Tenant, actor: Actor, records: Records) -> None:
        conversion = await convert_for(tenant, read_source([write_project(tmp_path)]))
        assert conversion.report.counts["mapped"] > 10
        assert (await tenant.compiled()).revision == 0

    on_tenant(database_url, work)


@pytest.mark.parametrize("project", WITH_DATA, ids=lambda path: path.name)
def test_projects_of_others_arrive_with_all_their_records(database_url: str, project: Path) -> None:
    async def work(tenant: Tenant, actor: Actor, records: Records) -> None:
        source = read_source([project])
        imported = await import_into(tenant, records, actor, source)
        assert imported.loaded.refused == []
        assert sum(imported.loaded.records.values()) == sum(len(tree.records) for tree in source.trees)

    on_tenant(database_url, work)
