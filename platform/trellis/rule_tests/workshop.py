"""Throwaway tenants for tests: one SQLite file with everything deployed, and a copy of it for each test. Nothing is delivered."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from trellis.automation.group_members import replace_group_members
from trellis.automation.queue_members import replace_members
from trellis.automation.seat_checks import NewMember
from trellis.errors import InvalidMetadata
from trellis.rule_tests.cast import ACTOR, MANAGER, Cast, cast_of
from trellis.rule_tests.sources import Source, with_original_paths
from trellis.schema.deploy import SourceChange, deploy
from trellis.security.access import AdministratorAccess
from trellis.security.actor import Actor
from trellis.security.encryption.key_store import KeyStore
from trellis.security.encryption.keyring import KeyRing, throwaway_keys
from trellis.security.users import NewUser, create_user
from trellis.storage.opening import Databases
from trellis.storage.prepare import prepare
from trellis.tenancy.model_cache import ModelCache
from trellis.tenancy.provision import provision_tenant
from trellis.tenancy.tenant import Tenant

NAME = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One tenant that nobody else has. `users`: ids by username."""

    tenant: Tenant
    actor: Actor
    users: Mapping[str, str]
    cast: Cast


class Workshop:
    """The models of all copies are one: what is prepared for it is prepared once."""

    def __init__(
        self,
        databases: Databases,
        folder: Path,
        models: ModelCache,
        keys: KeyRing,
        actor: Actor,
        users: Mapping[str, str],
        cast: Cast,
    ) -> None:
        self._databases = databases
        self._folder = folder
        self._models = models
        self._keys = keys
        self._actor = actor
        self._users = users
        self.cast = cast

    @asynccontextmanager
    async def stage(self) -> AsyncIterator[Stage]:
        """A fresh copy, gone when the block ends."""
        path = self._folder / "copy.db"
        shutil.copyfile(self._folder / "original.db", path)
        database = self._databases.sqlite(path)
        try:
            key_store = KeyStore(database, self._keys, None)
            tenant = Tenant(name=NAME, label="Test", database=database, models=self._models, key_store=key_store)
            yield Stage(tenant=tenant, actor=self._actor, users=self._users, cast=self.cast)
        finally:
            await database.close()


@asynccontextmanager
async def open_workshop(sources: Sequence[Source], now: datetime) -> AsyncIterator[Workshop]:
    """`sources` are deployed in their order. Raises InvalidMetadata."""
    with tempfile.TemporaryDirectory(prefix="trellis-rule-test-", ignore_cleanup_errors=True) as name:
        databases = Databases(pool_size=1)
        folder, models = Path(name), ModelCache()
        database = databases.sqlite(folder / "original.db")
        try:
            await provision_tenant(database, now)
            keys = throwaway_keys(NAME)
            key_store = KeyStore(database, keys, None)
            tenant = Tenant(name=NAME, label="Test", database=database, models=models, key_store=key_store)
            actor = await _create_actor(tenant, now)
            for source in sources:
                change = SourceChange(files=dict(source.files), owner=source.owner, replace=True)
                try:
                    await deploy(tenant, actor, change, now=now)
                except InvalidMetadata as error:
                    raise with_original_paths(error, source) from error
            cast = cast_of((await tenant.refresh()).model)
            users = await _hire(tenant, actor, cast, now)
            await database.close()
            yield Workshop(databases, folder, models, keys, actor, users, cast)
        finally:
            await databases.close()


async def _create_actor(tenant: Tenant, now: datetime) -> Actor:
    new = NewUser(username=ACTOR, email=_address(ACTOR), name="Tester", is_admin=True)
    user = await create_user(tenant, new, now=now)
    return Actor(user_id=user.id, name=user.name, email=user.email, is_admin=True, channel="job")


async def _hire(tenant: Tenant, actor: Actor, cast: Cast, now: datetime) -> dict[str, str]:
    users = {ACTOR: actor.user_id}
    for username in (MANAGER, *cast.people):
        new = NewUser(username=username, email=_address(username), name=username.replace("_", " ").capitalize())
        users[username] = (await create_user(tenant, new, now=now)).id
    table = tenant.tables.user
    managed = sa.update(table).where(table.c.username != MANAGER).values(manager=users[MANAGER])
    statement = prepare(managed, tenant.database.dialect)
    await tenant.database.write(lambda transaction: transaction.execute(statement))
    access = AdministratorAccess()
    for queue, members in cast.queues.items():
        seated = [NewMember(user=name) for name in members]
        await replace_members(tenant, access, actor, queue, seated)
    for role, members in cast.roles.items():
        await replace_group_members(tenant, access, actor, "role", role, members)
    for team, members in cast.teams.items():
        await replace_group_members(tenant, access, actor, "team", team, members)
    return users


def _address(username: str) -> str:
    return f"{username.replace('@', '.')}@example.com"
