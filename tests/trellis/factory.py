"""Tenants for tests: deployed from source files, with an administrator, on either database, gone when the test ends."""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from tests.master_key import MASTER_KEY
from trellis.ids import new_id
from trellis.schema.deploy import SourceChange, deploy
from trellis.security.actor import Actor
from trellis.settings import Settings
from trellis.storage.codecs import datetime_text
from trellis.storage.prepare import prepare
from trellis.tenancy.directory import open_directory
from trellis.tenancy.tenant import Tenant

_keepers: set[asyncio.Task[None]] = set()


async def make_tenant(database_url: str, files: Mapping[str, str] | None = None) -> Tenant:
    """A tenant with `files` deployed, open until the event loop of the test ends. `database_url`: the fixture of that name
    ("" or "sqlite" for a SQLite file). Several calls in one test give several tenants."""
    ready: asyncio.Future[Tenant] = asyncio.get_running_loop().create_future()

    async def keep() -> None:
        try:
            async with opened_tenant(database_url, files) as tenant:
                ready.set_result(tenant)
                await asyncio.Event().wait()
        except Exception as error:
            if ready.done():
                raise
            ready.set_exception(error)

    keeper = asyncio.ensure_future(keep())
    _keepers.add(keeper)
    keeper.add_done_callback(_keepers.discard)
    return await ready


@asynccontextmanager
async def opened_tenant(database_url: str, files: Mapping[str, str] | None = None) -> AsyncIterator[Tenant]:
    """The same, erased when the block ends."""
    url = "" if database_url == "sqlite" else database_url
    if url and "://" not in url:
        raise ValueError(f"{database_url!r} is no URL; give the fixture database_url")
    with tempfile.TemporaryDirectory(prefix="trellis-test-", ignore_cleanup_errors=True) as folder:
        settings = Settings(master_key=MASTER_KEY, data_dir=Path(folder), database_url=url, pool_size=4)
        async with open_directory(settings) as directory:
            name = unique_name()
            tenant = await directory.create(name, "Test")
            try:
                await _create_administrator(tenant)
                if files:
                    await deploy(tenant, await administrator(tenant), SourceChange(files=files), summary="Test")
                yield tenant
            finally:
                if url:
                    await directory.delete(name)


def unique_name() -> str:
    """A tenant's name that no other test has, on a server that they share."""
    return f"t{secrets.token_hex(6)}"


async def administrator(tenant: Tenant) -> Actor:
    """The administrator that the factory made."""
    user = tenant.tables.user
    statement = prepare(
        sa.select(user.c.id, user.c.name, user.c.email).where(user.c.username == "admin"), tenant.database.dialect
    )
    row = await tenant.database.read(lambda tx: tx.fetch_one(statement))
    assert row is not None
    return Actor(user_id=row[0], name=row[1], email=row[2], is_admin=True, channel="cli")


async def add_user(
    tenant: Tenant,
    username: str,
    *,
    is_admin: bool = False,
    is_active: bool = True,
    manager: str | None = None,
    grants: str = "{}",
) -> str:
    """The id of a new user named after `username`. `grants`: as the row keeps them."""
    now = datetime.now(UTC)
    moment = now if tenant.database.dialect == "postgresql" else datetime_text(now)
    values = {
        "id": new_id(),
        "username": username,
        "name": username.title(),
        "email": f"{username}@example.org",
        "password_hash": None,
        "language": "en",
        "time_zone": "UTC",
        "manager": manager,
        "is_active": is_active,
        "is_admin": is_admin,
        "created_at": moment,
        "updated_at": moment,
        "version": 1,
        "deleted_at": None,
        "phone": None,
        "chat_id": None,
        "grants": grants,
        "access_version": 0,
    }
    statement = prepare(sa.insert(tenant.tables.user), tenant.database.dialect)
    await tenant.database.write(lambda tx: tx.execute(statement, values))
    return str(values["id"])


async def _create_administrator(tenant: Tenant) -> None:
    await add_user(tenant, "admin", is_admin=True)
