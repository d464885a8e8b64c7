"""Packages are installed and uninstalled by plans, whole or not at all, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any, TypeVar

import pytest

from tests.trellis.factory import administrator, opened_tenant
from trellis.automation.silent import SilentAutomation
from trellis.errors import InvalidMetadata, NotFound, PlanRefused
from trellis.packaging.bundled import bundled_folder
from trellis.packaging.content import PackageContent, content_of
from trellis.packaging.errors import InvalidPackage
from trellis.packaging.folder import load_folder
from trellis.packaging.install import install, installed, plan_install, plan_uninstall, uninstall
from trellis.packaging.sample import load_sample
from trellis.query.query import Query
from trellis.query.service import Queries
from trellis.records.service import Records
from trellis.schema.deploy import SourceChange, deploy, pull
from trellis.security.access import AdministratorAccess
from trellis.security.actor import Actor
from trellis.tenancy.tenant import Tenant

T = TypeVar("T")


def on_tenant(database_url: str, work: Callable[[Tenant, Actor], Awaitable[T]]) -> T:
    async def run() -> T:
        async with opened_tenant(database_url) as tenant:
            return await work(tenant, await administrator(tenant))

    return asyncio.run(run())


def parts(version: str = "1.0.0", dependencies: str = "", fields: str = "") -> PackageContent:
    manifest = f"name: parts\nnamespace: acme\nversion: {version}\nlabel: Parts\n{dependencies}"
    part = f"label: Part\nplural_label: Parts\nname_field: name\nfields:\n  name: {{type: text, label: Name}}\n{fields}"
    return content_of({"package.yaml": manifest, "objects/acme__part.yaml": part})


def sales() -> PackageContent:
    return content_of(load_folder(bundled_folder("sales")))


def test_sales_installs_with_its_sample_data_and_installing_again_changes_nothing(database_url: str) -> None:
    async def work(tenant: Tenant, actor: Actor) -> None:
        first = await install(tenant, actor, sales())
        again = await install(tenant, actor, sales())
        assert (first.revision, again.revision) == (1, 1)
        assert list(await installed(tenant)) == ["sales"]
        assert await pull(tenant, "sales") == dict(sales().source)

        writer = Records(tenant, SilentAutomation(), AdministratorAccess())
        made = await load_sample(writer, actor, sales(), today=date(2026, 3, 1), users=[actor.user_id])
        assert 1_900 <= sum(made.values()) <= 2_200
        query = Query(
            object="opportunity", fields=("name", "weighted"), filter='stage = "Negotiation" && amount > 0', limit=5
        )
        rows: list[dict[str, Any]] = await Queries(tenant, AdministratorAccess()).rows(actor, query)
        assert len(rows) == 5
        assert all(row["weighted"] > 0 for row in rows)

    on_tenant(database_url, work)


def test_a_package_that_does_not_hold_together_is_not_installed(database_url: str) -> None:
    async def work(tenant: Tenant, actor: Actor) -> None:
        bad = parts(fields="  total: {type: formula, label: Total, returns: number, formula: nosuch + 1}\n")
        with pytest.raises(InvalidMetadata):
            await install(tenant, actor, bad)
        assert not await installed(tenant)
        assert (await tenant.compiled()).revision == 0

    on_tenant(database_url, work)


def test_a_package_cannot_take_an_object_that_is_there(database_url: str) -> None:
    async def work(tenant: Tenant, actor: Actor) -> None:
        await deploy(
            tenant, actor, SourceChange(files={"objects/lead.yaml": parts().source["objects/acme__part.yaml"]})
        )
        with pytest.raises(InvalidMetadata):
            await install(tenant, actor, sales())
        assert not await installed(tenant)

    on_tenant(database_url, work)


def test_dependencies_are_met_or_named(database_url: str) -> None:
    async def work(tenant: Tenant, actor: Actor) -> None:
        needs = parts(dependencies='dependencies: {sales: ">=1.0,<2"}\n')
        with pytest.raises(InvalidPackage, match=r"sales >=1.0,<2 is not installed"):
            await plan_install(tenant, actor, needs)
        await install(tenant, actor, sales())
        with pytest.raises(InvalidPackage, match=r"sales is 1.0.0, not >=2"):
            await install(tenant, actor, parts(dependencies='dependencies: {sales: ">=2"}\n'))
        await install(tenant, actor, needs)
        assert sorted(await installed(tenant)) == ["parts", "sales"]

    on_tenant(database_url, work)


def test_uninstalling_needs_a_yes_and_puts_the_data_into_the_bin(database_url: str) -> None:
    async def work(tenant: Tenant, actor: Actor) -> None:
        records = Records(tenant, SilentAutomation(), AdministratorAccess())
        queries = Queries(tenant, AdministratorAccess())
        await install(tenant, actor, parts())
        await records.create(actor, "acme__part", [{"name": "Bolt"}])
        assert any(step.cost == "destructive" for step in (await plan_uninstall(tenant, actor, "parts")).steps)
        with pytest.raises(PlanRefused):
            await uninstall(tenant, actor, "parts")
        await uninstall(tenant, actor, "parts", accept_destruction=True)
        assert not await installed(tenant)
        with pytest.raises(NotFound):
            await queries.rows(actor, Query(object="acme__part"))

        await install(tenant, actor, parts())
        assert [row["name"] for row in await queries.rows(actor, Query(object="acme__part", fields=("name",)))] == [
            "Bolt"
        ]

    on_tenant(database_url, work)


def test_what_others_build_on_cannot_be_uninstalled(database_url: str) -> None:
    async def work(tenant: Tenant, actor: Actor) -> None:
        await install(tenant, actor, parts())
        note = "label: Note\nplural_label: Notes\nname_field: name\nfields:\n  name: {type: text, label: Name}\n"
        lookup = "  part: {type: lookup, label: Part, object: acme__part}\n"
        await deploy(tenant, actor, SourceChange(files={"objects/note.yaml": note + lookup}))
        with pytest.raises(InvalidMetadata):
            await uninstall(tenant, actor, "parts", accept_destruction=True)
        assert list(await installed(tenant)) == ["parts"]
        with pytest.raises(NotFound, match=r"is not installed"):
            await uninstall(tenant, actor, "nothing")

    on_tenant(database_url, work)
