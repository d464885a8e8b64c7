"""No statement runs with a model that is out of date, whoever deploys meanwhile."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.trellis.factory import administrator, opened_tenant
from trellis.errors import StaleModel
from trellis.schema.deploy import SourceChange, deploy
from trellis.storage.database import Transaction
from trellis.storage.errors import SchemaMismatch
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.model_cache import ModelCache
from trellis.tenancy.tenant import Tenant

NOTE = """\
label: Note
plural_label: Notes
name_field: title
fields:
  title: {type: text, label: Title}
"""
RENAMED = NOTE.replace("title", "headline").replace("label: Title", "label: Title, renamed_from: [title]")


def _other_process(tenant: Tenant) -> Tenant:
    return Tenant(name=tenant.name, label=tenant.label, database=tenant.database, models=ModelCache())


async def _deploy(tenant: Tenant, source: str) -> None:
    await deploy(tenant, await administrator(tenant), SourceChange(files={"objects/note.yaml": source}))


def test_a_write_with_an_old_model_runs_again_with_the_new_one(database_url: str) -> None:
    async def run() -> list[int]:
        async with opened_tenant(database_url, {"objects/note.yaml": NOTE}) as tenant:
            stale = _other_process(tenant)
            await stale.compiled()
            await _deploy(tenant, RENAMED)
            seen: list[int] = []

            async def work(tx: Transaction, compiled: CompiledModel) -> None:
                seen.append(compiled.revision)

            await stale.write(work)
            return seen

    assert asyncio.run(run()) == [2]


def test_a_read_whose_column_was_renamed_meanwhile_runs_again(database_url: str) -> None:
    async def run() -> list[str]:
        async with opened_tenant(database_url, {"objects/note.yaml": NOTE}) as tenant:
            stale = _other_process(tenant)
            await stale.compiled()
            await _deploy(tenant, RENAMED)
            tried: list[str] = []

            async def work(tx: Transaction, compiled: CompiledModel) -> None:
                column = compiled.model.object("note").name_field
                tried.append(column)
                table = sa.table("note", sa.column(column), schema=compiled.schema)
                await tx.fetch(prepare(sa.select(table), compiled.dialect))

            await stale.read(work)
            return tried

    assert asyncio.run(run()) == ["title", "headline"]


def test_a_statement_that_is_wrong_in_every_revision_fails(database_url: str) -> None:
    async def run() -> None:
        async with opened_tenant(database_url) as tenant:

            async def work(tx: Transaction, compiled: CompiledModel) -> None:
                await tx.fetch(prepare(sa.select(sa.table("nowhere", sa.column("id"))), compiled.dialect))

            with pytest.raises(SchemaMismatch):
                await tenant.read(work)

    asyncio.run(run())


def test_a_read_that_stays_stale_gives_up(database_url: str) -> None:
    async def run() -> int:
        async with opened_tenant(database_url) as tenant:
            tries = 0

            async def work(tx: Transaction, compiled: CompiledModel) -> None:
                nonlocal tries
                tries += 1
                raise StaleModel(compiled.revision + 1)

            with pytest.raises(StaleModel):
                await tenant.read(work)
            return tries

    assert asyncio.run(run()) == 6


def test_a_model_is_built_once_however_many_ask(tmp_path: Path) -> None:
    async def run() -> int:
        cache, built = ModelCache(capacity=2), 0

        async def load() -> CompiledModel:
            nonlocal built
            built += 1
            await asyncio.sleep(0)
            async with opened_tenant("") as tenant:
                return await tenant.compiled()

        await asyncio.gather(*(cache.get(("acme", 1), load) for _ in range(5)))
        return built

    assert asyncio.run(run()) == 1


def test_the_model_used_longest_ago_leaves_the_cache_first() -> None:
    async def run() -> list[bool]:
        cache = ModelCache(capacity=2)
        async with opened_tenant("") as tenant:
            for number in (1, 2):
                await cache.get(("acme", number), tenant.compiled)
            cache.find(("acme", 1))
            await cache.get(("acme", 3), tenant.compiled)
            return [cache.find(("acme", number)) is not None for number in (1, 2, 3)]

    assert asyncio.run(run()) == [True, False, True]
