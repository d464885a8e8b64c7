"""A tenant's keys are kept wrapped, and a server without the right master key says so when it starts."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.master_key import MASTER_KEY
from tests.servers import database_on
from tests.trellis.factory import unique_name
from trellis.ids import new_id
from trellis.security.access import AdministratorAccess
from trellis.security.actor import Actor
from trellis.security.encryption.errors import NoMasterKey, WrongMasterKey
from trellis.security.encryption.key_store import SPREADING
from trellis.security.encryption.keyring import is_sealed
from trellis.security.encryption.master_key import new_master_key
from trellis.security.encryption.sealing import open_sealed, seal
from trellis.security.secrets import fetch_secrets, set_secret
from trellis.settings import Settings
from trellis.tenancy.directory import Directory, open_directory
from trellis.tenancy.tenant import Tenant

KEY = MASTER_KEY


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, database_url=database_url, master_key=KEY, pool_size=2)


async def _stored(tenant: Tenant, column: sa.Column[str]) -> list[str]:
    return await tenant.database.run(lambda connection: list(connection.scalars(sa.select(column))))


async def _set(tenant: Tenant, directory: Directory) -> None:
    actor = Actor(user_id=new_id(), name="A", email="a@x.org", is_admin=True, channel="cli")
    await set_secret(tenant, AdministratorAccess(), actor, "hook", "s3cret", now=directory.now())


def test_a_server_with_another_key_is_refused_and_with_both_it_goes_on(settings: Settings) -> None:
    async def run() -> None:
        async with open_directory(settings) as directory:
            tenant = await directory.create(unique_name())
            sealed = seal(tenant, "totp", b"1234", about="anna")
            assert all(KEY[:20] not in text for text in await _stored(tenant, tenant.tables.data_key.c.wrapped))
        with pytest.raises(WrongMasterKey, match="this server has"):
            async with open_directory(replace(settings, master_key=new_master_key())):
                pass
        if settings.database_url:
            with pytest.raises(WrongMasterKey, match="this server has none"):
                async with open_directory(replace(settings, master_key="")):
                    pass
        async with open_directory(replace(settings, master_key=f"{KEY} {new_master_key()}")) as directory:
            assert open_sealed(await directory.get(tenant.name), "totp", sealed, about="anna") == b"1234"
            await directory.delete(tenant.name)

    asyncio.run(run())


def test_keys_of_one_tenant_do_not_open_as_those_of_another(settings: Settings) -> None:
    async def run() -> None:
        async with open_directory(settings) as directory:
            first, second = await directory.create(unique_name()), await directory.create(unique_name())
            stolen = await _stored(first, first.tables.data_key.c.wrapped)
            table = second.tables.data_key
            change = sa.update(table).where(table.c.use == "data").values(wrapped=stolen[0])
            await second.database.run(lambda connection: connection.execute(change))
            with pytest.raises(WrongMasterKey):
                await second.key_store.refresh()
            await directory.delete(first.name)
            await directory.delete(second.name)

    asyncio.run(run())


def test_secrets_are_kept_sealed_and_those_from_before_are_sealed_at_the_next_start(settings: Settings) -> None:
    async def run() -> None:
        async with open_directory(settings) as directory:
            tenant = await directory.create(unique_name())
            await _set(tenant, directory)
            table = tenant.tables.secret
            assert all(is_sealed(value) for value in await _stored(tenant, table.c.value))
            plain = sa.insert(table).values(
                name="old",
                value="from before",
                updated_at="2026-01-01T00:00:00.000Z" if not settings.database_url else directory.now(),
            )
            await tenant.database.run(lambda connection: connection.execute(plain))
            assert await fetch_secrets(tenant.database, tenant.keys, ["old"]) == {"old": "from before"}
        async with open_directory(settings) as directory:
            tenant = await directory.get(tenant.name)
            assert all(is_sealed(value) for value in await _stored(tenant, table.c.value))
            found = await fetch_secrets(tenant.database, tenant.keys, ["old", "hook", "missing"])
            assert found == {"old": "from before", "hook": "s3cret"}
            await directory.delete(tenant.name)

    asyncio.run(run())


def test_a_key_that_another_process_made_is_learnt_and_used_from_its_time_on(settings: Settings) -> None:
    async def run() -> None:
        async with open_directory(settings) as directory, open_directory(settings) as other:
            tenant = await directory.create(unique_name())
            elsewhere = await other.get(tenant.name)
            now = directory.now()
            made = await tenant.database.write(
                lambda transaction: tenant.key_store.add(transaction, now - 2 * SPREADING)
            )
            assert (made.number, made.used_from) == (2, now - SPREADING)
            await tenant.key_store.refresh()
            sealed = seal(tenant, "totp", b"x", about="1")

            async def read(*_: object) -> bytes:
                return open_sealed(elsewhere, "totp", sealed, about="1")

            assert not elsewhere.keys.has(2)
            assert await elsewhere.read(read) == b"x"
            assert [key.number for key in await tenant.key_store.list()] == [1, 2, 1]
            await directory.delete(tenant.name)

    asyncio.run(run())


def test_wrapping_anew_leaves_the_old_master_key_without_use(settings: Settings) -> None:
    other = new_master_key()

    async def run() -> None:
        async with open_directory(settings) as directory:
            tenant = await directory.create(unique_name())
            sealed = seal(tenant, "totp", b"x", about="1")
        async with open_directory(replace(settings, master_key=f"{other} {KEY}")) as directory:
            tenant = await directory.get(tenant.name)
            assert await tenant.database.write(tenant.key_store.rewrap) == 2
            assert await tenant.database.write(tenant.key_store.rewrap) == 0
        async with open_directory(replace(settings, master_key=other)) as directory:
            tenant = await directory.get(tenant.name)
            assert open_sealed(tenant, "totp", sealed, about="1") == b"x"
            await directory.delete(tenant.name)

    asyncio.run(run())


def test_without_a_master_key_all_else_works(postgresql_server: str, tmp_path: Path) -> None:
    async def run(url: str) -> None:
        async with open_directory(Settings(data_dir=tmp_path, database_url=url, pool_size=2)) as directory:
            tenant = await directory.create(unique_name())
            assert await tenant.key_store.list() == ()
            with pytest.raises(NoMasterKey):
                await _set(tenant, directory)

    with database_on(postgresql_server) as url:
        asyncio.run(run(url))
