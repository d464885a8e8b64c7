"""The directory of tenants: creates, finds, lists and deletes them, each with a database of its own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from trellis.errors import InvalidRequest, NotFound
from trellis.security.encryption.key_store import KeyStore
from trellis.security.encryption.keyring import KeyRing
from trellis.security.encryption.known_masters import check_master_keys, forget_master_keys
from trellis.security.encryption.master_key import MasterKeys
from trellis.security.encryption.master_key_source import load_master_keys
from trellis.security.encryption.plain_secrets import seal_plain_secrets
from trellis.settings import Settings
from trellis.storage.database import Database
from trellis.storage.opening import Databases
from trellis.storage.sqlite import SqliteDatabase
from trellis.tenancy.entries import Entries, TenantEntry
from trellis.tenancy.model_cache import ModelCache
from trellis.tenancy.provision import provision_directory, provision_tenant
from trellis.tenancy.tenant import Tenant

TENANT_NAME = re.compile(r"[a-z][a-z0-9_]{1,30}")
DIRECTORY_SCHEMA = "trellis_directory"
TRUSTED_S = 5.0


@dataclass(slots=True)
class _Opened:
    tenant: Tenant
    seen_at_s: float


class Directory:
    """Belongs to one event loop. Other processes may create and delete tenants meanwhile: they are noticed within seconds."""

    def __init__(
        self,
        *,
        settings: Settings,
        databases: Databases,
        database: Database,
        masters: MasterKeys | None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self.masters = masters
        self._settings = settings
        self._databases = databases
        self._database = database
        self.now = clock or (lambda: datetime.now(UTC))
        self._entries = Entries(database)
        self._models = ModelCache()
        self._opened: dict[str, _Opened] = {}
        self._opening = asyncio.Lock()

    async def create(self, name: str, label: str = "") -> Tenant:
        """A new tenant with an empty model, revision 0. Raises InvalidRequest for a name that cannot be one, Conflict when taken."""
        if not TENANT_NAME.fullmatch(name):
            raise InvalidRequest(
                f"{name!r} cannot be a tenant's name",
                hint="Use 2 to 31 characters: a lower-case letter, then lower-case letters, digits and underscores.",
            )
        location = f"tenant_{name}" if self._settings.database_url else f"tenants/{name}.db"
        entry = TenantEntry(name=name, label=label or name, server="", location=location, created_at=self.now())
        await self._entries.save(entry)
        try:
            return await self._open(entry)
        except BaseException:
            await self._entries.delete(name)
            raise

    async def list(self) -> tuple[TenantEntry, ...]:
        """All tenants by name."""
        return await self._entries.fetch()

    async def find(self, name: str) -> Tenant | None:
        """The tenant, opened and its platform tables up to date; None when there is no such tenant."""
        now_s = asyncio.get_running_loop().time()
        opened = self._opened.get(name)
        if opened is not None and now_s - opened.seen_at_s < TRUSTED_S:
            return opened.tenant
        entry = await self._entries.find(name) if TENANT_NAME.fullmatch(name) else None
        if entry is None:
            await self._forget(name)
            return None
        return await self._open(entry)

    async def get(self, name: str) -> Tenant:
        """The tenant; raises NotFound."""
        tenant = await self.find(name)
        if tenant is None:
            raise NotFound(f"there is no tenant {name}", hint="`trellis tenant list` names those there are.")
        return tenant

    async def forget_earlier_masters(self) -> None:
        """Once nothing is wrapped by them any more: servers without the current master key are refused from now on."""
        if self.masters is not None:
            await forget_master_keys(self._database, self.masters.current.id)

    async def delete(self, name: str) -> None:
        """Erases the tenant and everything in it, for good. Raises NotFound."""
        entry = await self._entries.find(name)
        if entry is None:
            raise NotFound(f"there is no tenant {name}", hint="`trellis tenant list` names those there are.")
        await self._forget(name)
        await _erase(await self._database_of(entry))
        await self._entries.delete(name)

    async def close(self) -> None:
        for name in tuple(self._opened):
            await self._forget(name)
        await self._database.close()
        await self._databases.close()

    async def _open(self, entry: TenantEntry) -> Tenant:
        now_s = asyncio.get_running_loop().time()
        async with self._opening:
            opened = self._opened.get(entry.name)
            if opened is None:
                database = await self._database_of(entry)
                tenant = await self._made_ready(entry, database)
                opened = self._opened[entry.name] = _Opened(tenant, now_s)
            else:
                await opened.tenant.key_store.refresh()
            opened.seen_at_s = now_s
            return opened.tenant

    async def _made_ready(self, entry: TenantEntry, database: Database) -> Tenant:
        """Its tables up to date, its keys read, and nothing left plain that is to be sealed."""
        now = self.now()
        await provision_tenant(database, now)
        key_store = KeyStore(database, KeyRing(entry.name, clock=self.now), self.masters)
        await key_store.open(now)
        await seal_plain_secrets(database, key_store.ring)
        return Tenant(name=entry.name, label=entry.label, database=database, models=self._models, key_store=key_store)

    async def _forget(self, name: str) -> None:
        opened = self._opened.pop(name, None)
        if opened is not None:
            self._models.forget_tenant(name)
            await opened.tenant.database.close()

    async def _database_of(self, entry: TenantEntry) -> Database:
        url = entry.server or self._settings.database_url
        if url:
            return await self._databases.postgresql(url, entry.location)
        return self._databases.sqlite(self._settings.data_dir / entry.location)


@asynccontextmanager
async def open_directory(
    settings: Settings, *, clock: Callable[[], datetime] | None = None
) -> AsyncIterator[Directory]:
    """The directory that the settings name, made when it is not there yet; closes every tenant at the end. Raises InvalidSettings,
    WrongMasterKey."""
    databases = Databases(pool_size=settings.pool_size)
    if settings.database_url:
        database: Database = await databases.postgresql(settings.database_url, DIRECTORY_SCHEMA)
    else:
        database = databases.sqlite(settings.data_dir / "directory.db")
    masters = await asyncio.to_thread(load_master_keys, settings)
    directory = Directory(settings=settings, databases=databases, database=database, masters=masters, clock=clock)
    try:
        await provision_directory(database)
        await check_master_keys(database, masters, directory.now())
        yield directory
    finally:
        await directory.close()


async def _erase(database: Database) -> None:
    schema = database.schema
    if schema is not None:
        await database.run(
            lambda connection: connection.execute(sa.schema.DropSchema(schema, cascade=True, if_exists=True))
        )
    elif isinstance(database, SqliteDatabase):
        await database.close()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{database.path}{suffix}").unlink(missing_ok=True)
