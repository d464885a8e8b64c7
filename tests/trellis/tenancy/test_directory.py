"""Tenants are created, found and erased, each with a database of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.master_key import MASTER_KEY
from tests.trellis.factory import unique_name
from trellis.errors import Conflict, InvalidRequest, NotFound
from trellis.settings import Settings
from trellis.tenancy.directory import Directory, open_directory


def _run(database_url: str, folder: Path, body: Callable[[Directory], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        settings = Settings(master_key=MASTER_KEY, data_dir=folder, database_url=database_url, pool_size=4)
        async with open_directory(settings) as directory:
            before = {entry.name for entry in await directory.list()}
            try:
                return await body(directory)
            finally:
                for entry in await directory.list():
                    if entry.name not in before:
                        await directory.delete(entry.name)

    return asyncio.run(run())


def test_a_new_tenant_has_an_empty_model_with_users(database_url: str, tmp_path: Path) -> None:
    async def body(directory: Directory) -> None:
        tenant = await directory.create(unique_name(), "Acme Ltd")
        compiled = await tenant.compiled()
        assert (tenant.label, compiled.revision, list(compiled.model.objects)) == ("Acme Ltd", 0, ["user"])

    _run(database_url, tmp_path, body)


def test_a_tenant_is_found_again_by_another_process(database_url: str, tmp_path: Path) -> None:
    async def body(directory: Directory) -> None:
        name = unique_name()
        await directory.create(name)
        async with open_directory(
            Settings(master_key=MASTER_KEY, data_dir=tmp_path, database_url=database_url)
        ) as other:
            found = await other.find(name)
            assert found is not None
            assert (await found.compiled()).revision == 0
            assert name in {entry.name for entry in await other.list()}

    _run(database_url, tmp_path, body)


@pytest.mark.parametrize(
    "name", ["", "a", "A", "Acme", "1st", "with-dash", 'x"; drop schema public; --', "a" * 32, "ü1", "../x"]
)
def test_a_hostile_or_odd_name_is_refused(database_url: str, tmp_path: Path, name: str) -> None:
    async def body(directory: Directory) -> None:
        with pytest.raises(InvalidRequest) as refused:
            await directory.create(name)
        assert refused.value.hint
        assert await directory.find(name) is None

    _run(database_url, tmp_path, body)


def test_a_name_is_given_once(database_url: str, tmp_path: Path) -> None:
    async def body(directory: Directory) -> None:
        name = unique_name()
        await directory.create(name)
        with pytest.raises(Conflict, match="already"):
            await directory.create(name)
        assert await directory.find(name) is not None

    _run(database_url, tmp_path, body)


def test_of_two_creations_at_the_same_time_one_wins(database_url: str, tmp_path: Path) -> None:
    async def body(directory: Directory) -> None:
        name = unique_name()
        results = await asyncio.gather(*(directory.create(name) for _ in range(3)), return_exceptions=True)
        assert sum(isinstance(result, Conflict) for result in results) == 2
        tenant = await directory.get(name)
        assert (await tenant.compiled()).revision == 0

    _run(database_url, tmp_path, body)


def test_deleting_erases_everything_and_frees_the_name(database_url: str, tmp_path: Path) -> None:
    async def body(directory: Directory) -> None:
        name = unique_name()
        tenant = await directory.create(name)
        await directory.delete(name)
        assert await directory.find(name) is None
        with pytest.raises(NotFound):
            await directory.get(name)
        with pytest.raises(NotFound):
            await directory.delete(name)
        again = await directory.create(name)
        assert again is not tenant
        assert (await again.compiled()).revision == 0

    _run(database_url, tmp_path, body)
    assert not list(tmp_path.glob("tenants/*"))


def test_tenants_cannot_see_each_other(database_url: str, tmp_path: Path) -> None:
    async def body(directory: Directory) -> None:
        first, second = await directory.create(unique_name()), await directory.create(unique_name())
        await first.database.run(lambda connection: connection.execute(sa.text("CREATE TABLE secret (id INTEGER)")))
        seen = await second.database.run(
            lambda connection: sa.inspect(connection).has_table("secret", schema=second.database.schema)
        )
        assert not seen

    _run(database_url, tmp_path, body)
