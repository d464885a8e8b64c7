"""Why somebody may, or may not, see or change a record, or a field of it: every permission set, role, rule and share that decides it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

import sqlalchemy as sa

from metamodel.access_definitions import PermissionSet
from metamodel.definitions import Object
from metamodel.model import Model
from trellis.errors import InvalidRequest, NotFound
from trellis.ids import is_id
from trellis.query.context import formula_parameters
from trellis.query.paths import get_object
from trellis.query.service import utc_now
from trellis.query.source import Source
from trellis.query.suggestions import Suggestions
from trellis.records.shares import Share, fetch_shares
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.permissions import field_right, permissions_of, shows_with_record, with_grants
from trellis.security.row_filter import Master
from trellis.security.sharing import Cause, Sharing, roles_above
from trellis.security.users import User, get_user
from trellis.storage.column_types import TEXT, UUID
from trellis.storage.database import Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant

Asked = Literal["read", "update", "delete"]
ASKED: tuple[Asked, ...] = get_args(Asked)
_RIGHTS = {"read": "read", "update": "edit", "delete": "delete"}
MOST_MASTERS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One thing that grants or denies. `kind`: administrator, set, no_set, field_set, field_shown, no_field, reads_hidden, no_cause, or a
    sharing.CauseKind. `name` and `label`: of the set, rule, role or field; `path`: the roles from the owner's up to the user's own, or
    the kinds of what decides about the master; `until`: when a share ends."""

    kind: str
    grants: bool
    name: str = ""
    label: str = ""
    path: tuple[str, ...] = ()
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessAnswer:
    """`grounds`: in the order of the questions: the object, the field, the record. `is_there`: whether there is such a record at all."""

    user: str
    object: str
    record_id: str
    action: Asked
    field: str | None
    allowed: bool
    is_there: bool
    grounds: tuple[Ground, ...]


class AccessExplanations:
    """For who may manage access, and for everybody about themselves."""

    def __init__(self, tenant: Tenant, access: Access, clock: Callable[[], datetime] = utc_now) -> None:
        self._tenant = tenant
        self._access = access
        self._clock = clock

    async def why(
        self,
        asker: Actor,
        login: str,
        object_name: str,
        record_id: str,
        *,
        action: Asked = "read",
        field: str | None = None,
    ) -> AccessAnswer:
        """Raises AccessDenied, NotFound (user, object), InvalidRequest (field)."""
        user = await self._user(asker, login)
        now = self._clock()

        async def work(transaction: Transaction, compiled: CompiledModel) -> AccessAnswer:
            suggestions = Suggestions(compiled.model, self._access, asker)
            target = get_object(compiled.model, object_name, suggestions)
            if field is not None and field not in target.fields:
                raise InvalidRequest(f'There is no field "{field[:60]}" of {object_name}.')
            asked = _Question(transaction, compiled, _actor(user, compiled.model), target, action, now)
            grounds = [*asked.on_object(), *([] if field is None else asked.on_field(field))]
            is_there = is_id(record_id) and await asked.is_there(record_id)
            if is_there:
                grounds += await asked.on_record(record_id)
            return AccessAnswer(
                user=user.username,
                object=object_name,
                record_id=record_id,
                action=action,
                field=field,
                allowed=is_there and not any(not one.grants for one in grounds),
                is_there=is_there,
                grounds=tuple(grounds),
            )

        return await self._tenant.read(work)

    async def _user(self, asker: Actor, login: str) -> User:
        if login not in (asker.user_id, asker.email):
            require(self._access, asker, "manage_access")
        return await get_user(self._tenant, login)


def _actor(user: User, model: Model) -> Actor:
    actor = Actor(
        user_id=user.id,
        name=user.name,
        email=user.email,
        is_admin=user.is_admin,
        channel="api",
        time_zone=user.time_zone,
    )
    return with_grants(actor, user.grants, model)


class _Question:
    """What is asked about one object; `on_object`, `on_field` and `on_record` give what decides each. A denying ground is there only where
    nothing grants, or something takes away."""

    def __init__(
        self,
        transaction: Transaction,
        compiled: CompiledModel,
        actor: Actor,
        target: Object,
        action: Asked,
        now: datetime,
    ) -> None:
        self._transaction = transaction
        self._compiled = compiled
        self._actor = actor
        self._target = target
        self._action: Asked = action
        self._now = now
        self._permissions = permissions_of(compiled.model, actor.grants, is_admin=actor.is_admin)
        self._sharing = Sharing(compiled.model, actor.grants, self._permissions)

    def on_object(self) -> list[Ground]:
        right = _RIGHTS[self._action]
        if right not in self._permissions.on(self._target.name).rights:
            return [Ground(kind="no_set", grants=False, name=right, label=self._target.label)]
        granting = [one for one in self._permissions.sets if self._has(one, right)]
        return [Ground(kind="set", grants=True, name=one.name, label=one.label) for one in granting]

    def _has(self, granted: PermissionSet, right: str) -> bool:
        held = granted.objects.get(self._target.name)
        return held is not None and right in held.rights

    def on_field(self, name: str) -> list[Ground]:
        field, target = self._target.fields[name], self._target
        grant = self._permissions.on(target.name)
        wanted = ("read", "edit") if self._action == "read" else ("edit",)
        granting = [one for one in self._permissions.sets if field_right(one, target, field) in wanted]
        if name in (grant.readable if self._action == "read" else grant.editable):
            if not granting and shows_with_record(target, name):
                return [Ground(kind="field_shown", grants=True, name=name, label=field.label)]
            return [Ground(kind="field_set", grants=True, name=one.name, label=one.label) for one in granting]
        kind = "reads_hidden" if granting else "no_field"
        return [Ground(kind=kind, grants=False, name=name, label=field.label)]

    async def is_there(self, record_id: str) -> bool:
        source = self._source()
        chosen = sa.select(source.root.c.id).select_from(source.from_clause)
        chosen = chosen.where(source.root.c.id == sa.bindparam("record_id", type_=UUID), *source.visible())
        statement = prepare(chosen, self._compiled.dialect)
        return await self._transaction.fetch_one(statement, {"record_id": record_id.lower()}) is not None

    async def on_record(self, record_id: str) -> list[Ground]:
        if self._actor.is_admin:
            return [Ground(kind="administrator", grants=True)]
        causes = self._sharing.causes(self._action, self._target.name)
        held = await self._held(record_id, causes)
        grounds: list[Ground] = []
        for cause, holds in zip(causes, held, strict=True):
            if cause.kind == "restriction":
                if not holds:
                    grounds.append(Ground(kind="restriction", grants=False, name=cause.name, label=cause.label))
            elif cause.kind == "master":
                grounds.append(await self._on_master(record_id, cause, holds=holds))
            elif holds:
                grounds += await self._grounds(record_id, cause)
        if not any(one.grants or one.kind == "master" for one in grounds):
            grounds.append(Ground(kind="no_cause", grants=False))
        return grounds

    async def _grounds(self, record_id: str, cause: Cause) -> list[Ground]:
        if cause.kind == "share":
            return [
                Ground(kind="share", grants=True, name=one.principal, label=one.label, until=one.expires_at)
                for one in await fetch_shares(self._transaction, self._compiled, record_id.lower())
                if self._counts(one)
            ]
        if cause.kind == "role":
            return [Ground(kind="role", grants=True, path=await self._way_up(record_id))]
        return [Ground(kind=cause.kind, grants=True, name=cause.name, label=cause.label)]

    def _counts(self, share: Share) -> bool:
        is_theirs = share.principal == f"user:{self._actor.user_id}" or share.principal in self._sharing.principals
        lasts = share.expires_at is None or share.expires_at > self._now
        return is_theirs and lasts and (self._action == "read" or share.access == "read_write")

    async def _way_up(self, record_id: str) -> tuple[str, ...]:
        """The labels of the roles from one of the owner's to one of the user's, both included."""
        roles = self._compiled.model.roles
        for name in sorted(await self._roles_of_owner(record_id) & roles.keys()):
            if self._actor.grants.roles & roles_above(self._compiled.model, [name]):
                way = [name]
                while way[-1] not in self._actor.grants.roles:
                    way.append(roles[way[-1]].reports_to or "")
                return tuple(roles[one].label for one in way)
        return ()

    async def _roles_of_owner(self, record_id: str) -> frozenset[str]:
        source = self._source()
        member = platform_tables(self._compiled.schema).group_member
        chosen = sa.select(member.c.name).select_from(
            source.from_clause.join(member, member.c.user_id == source.root.c.owner)
        )
        is_it = source.root.c.id == sa.bindparam("record_id", type_=UUID)
        statement = prepare(
            chosen.where(is_it, member.c.kind == sa.literal_column("'role'", TEXT)), self._compiled.dialect
        )
        rows = await self._transaction.fetch(statement, {"record_id": record_id.lower()})
        return frozenset(str(row[0]) for row in rows)

    async def _on_master(self, record_id: str, cause: Cause, *, holds: bool) -> Ground:
        assert cause.filter is not None
        (master,) = cause.filter.masters
        label = self._target.fields[master.lookup].label
        return Ground(
            kind="master", grants=holds, name=master.lookup, label=label, path=await self._of_master(record_id, master)
        )

    async def _of_master(self, record_id: str, master: Master) -> tuple[str, ...]:
        """The kinds of what decides about the master."""
        source = self._source()
        is_it = source.root.c.id == sa.bindparam("record_id", type_=UUID)
        statement = prepare(sa.select(source.root.c[master.lookup]).where(is_it), self._compiled.dialect)
        row = await self._transaction.fetch_one(statement, {"record_id": record_id.lower()})
        if row is None or row[0] is None:
            return ()
        action: Asked = "read" if self._action == "read" else "update"
        target = get_object(self._compiled.model, master.object)
        asked = _Question(self._transaction, self._compiled, self._actor, target, action, self._now)
        return tuple(one.kind for one in await asked.on_record(str(row[0])))

    async def _held(self, record_id: str, causes: Sequence[Cause]) -> list[bool]:
        source = self._source()
        yes: sa.ColumnElement[Any] = sa.literal_column("1")
        columns = [
            yes.label(f"c{place}")
            if cause.filter is None
            else sa.case((sa.and_(*source.meets(cause.filter)), yes), else_=sa.null()).label(f"c{place}")
            for place, cause in enumerate(causes)
        ]
        if not columns:
            return []
        chosen = sa.select(*columns).select_from(source.from_clause)
        chosen = chosen.where(source.root.c.id == sa.bindparam("record_id", type_=UUID))
        statement = prepare(chosen, self._compiled.dialect)
        values = await formula_parameters(self._transaction, self._compiled, self._actor, self._now, statement)
        row = await self._transaction.fetch_one(statement, {**values, "record_id": record_id.lower()})
        if row is None:
            raise NotFound("The record is not there any more.")
        return [value is not None for value in row]

    def _source(self) -> Source:
        compiled = self._compiled
        return Source(compiled.model, compiled.dialect, compiled.schema, self._target.name)
