"""Who would see more or less: a change of metadata -> for each person and object the rights, fields and records gained and lost.

Only what differs is counted, each with one statement before and one after; nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from metamodel.fields.field import Field
from trellis.errors import InvalidFilter
from trellis.query.fetch import fetch_count
from trellis.query.filters import check_filter
from trellis.query.query import Query
from trellis.schema.deploy import Change, resolve_target
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.permissions import NOTHING, ObjectGrant, permissions_of, with_grants
from trellis.security.row_filter import RowFilter
from trellis.security.users import User, list_users
from trellis.storage.database import Transaction
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant

MOST_PEOPLE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessChange:
    """Of one user and object. `records_before`, `records_after`: how many they may read, at most 10,000; None where the database cannot
    tell yet, since the change makes the columns. `sensitive`: fields gained that are encrypted or hold personal data. Record types: those
    that they may give records, where the object had some before."""

    user: str
    object: str
    rights_gained: tuple[str, ...]
    rights_lost: tuple[str, ...]
    fields_gained: tuple[str, ...]
    fields_lost: tuple[str, ...]
    sensitive: tuple[str, ...]
    record_types_gained: tuple[str, ...]
    record_types_lost: tuple[str, ...]
    records_before: int | None
    records_after: int | None

    @property
    def is_nothing(self) -> bool:
        rights = (self.rights_gained, self.rights_lost, self.fields_gained, self.fields_lost)
        types = (self.record_types_gained, self.record_types_lost)
        return not any((*rights, *types)) and self.records_before == self.records_after


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPreview:
    """`changes`: by user and object, those without a difference left out. `is_complete`: whether all users were looked at."""

    changes: tuple[AccessChange, ...]
    people: int
    is_complete: bool

    def to_json(self) -> dict[str, Any]:
        names = AccessChange.__slots__
        changes = [{name: getattr(one, name) for name in names} for one in self.changes]
        return {"people": self.people, "is_complete": self.is_complete, "changes": changes}


async def preview_access(
    tenant: Tenant, access: Access, actor: Actor, change: Change, *, now: datetime
) -> AccessPreview:
    """Administrators are left out: they see everything before and after. Raises AccessDenied, InvalidMetadata."""
    require(access, actor, "manage_access")
    base = await tenant.refresh()
    target = await resolve_target(tenant, base, change)
    draft = CompiledModel(
        tenant=base.tenant,
        revision=base.revision,
        model=target.model,
        dialect=base.dialect,
        schema=base.schema,
        keys=base.keys,
    )
    users = [user for user in await list_users(tenant) if user.is_active and not user.is_admin]

    async def work(transaction: Transaction, compiled: CompiledModel) -> list[AccessChange]:
        found: list[AccessChange] = []
        for user in users[:MOST_PEOPLE]:
            found += await _Person(transaction, access, compiled, draft, user, now).changes()
        return found

    changes = await tenant.read(work)
    return AccessPreview(
        changes=tuple(changes), people=min(len(users), MOST_PEOPLE), is_complete=len(users) <= MOST_PEOPLE
    )


class _Person:
    def __init__(
        self,
        transaction: Transaction,
        access: Access,
        before: CompiledModel,
        after: CompiledModel,
        user: User,
        now: datetime,
    ) -> None:
        self._transaction = transaction
        self._access = access
        self._models = (before, after)
        self._user = user
        self._now = now

    async def changes(self) -> list[AccessChange]:
        names = sorted(
            {name for compiled in self._models for name, one in compiled.model.objects.items() if not one.is_system}
        )
        found = [await self._change(name) for name in names]
        return [one for one in found if one is not None and not one.is_nothing]

    async def _change(self, name: str) -> AccessChange | None:
        granted = [permissions_of(compiled.model, self._user.grants).on(name) for compiled in self._models]
        filters = [self._filter(compiled, name) for compiled in self._models]
        if granted[0] == granted[1] and filters[0] == filters[1]:
            return None
        before, after = granted
        gained = after.readable - before.readable
        types = [_record_types(compiled, name, one) for compiled, one in zip(self._models, granted, strict=True)]
        had = types[0] if self._had_types(name) else types[1]
        return AccessChange(
            user=self._user.username,
            object=name,
            rights_gained=tuple(sorted(after.rights - before.rights)),
            rights_lost=tuple(sorted(before.rights - after.rights)),
            fields_gained=tuple(sorted(gained)),
            fields_lost=tuple(sorted(before.readable - after.readable)),
            sensitive=tuple(sorted(one for one in gained if self._is_sensitive(name, one))),
            record_types_gained=tuple(sorted(types[1] - had)),
            record_types_lost=tuple(sorted(had - types[1])),
            records_before=await self._count(self._models[0], name, before),
            records_after=await self._count(self._models[1], name, after),
        )

    def _had_types(self, name: str) -> bool:
        before = self._models[0].model.find_object(name)
        return before is not None and bool(before.record_types)

    def _filter(self, compiled: CompiledModel, name: str) -> RowFilter | None:
        if name not in compiled.model.objects:
            return None
        return self._access.of(compiled.model).row_filter(self._actor(compiled), "read", name)

    def _actor(self, compiled: CompiledModel) -> Actor:
        user = self._user
        actor = Actor(
            user_id=user.id, name=user.name, email=user.email, is_admin=False, channel="api", time_zone=user.time_zone
        )
        return with_grants(actor, user.grants, compiled.model)

    def _is_sensitive(self, object_name: str, name: str) -> bool:
        field: Field = self._models[1].model.objects[object_name].fields[name]
        return bool(getattr(field, "encrypted", False) or getattr(field, "personal_data", None))

    async def _count(self, compiled: CompiledModel, name: str, granted: ObjectGrant) -> int | None:
        there = self._models[0].model.objects
        if granted == NOTHING or "read" not in granted.rights:
            return 0
        if name not in there:
            return 0
        row_filter = self._filter(compiled, name)
        if not all(self._can_ask(*one) for one in _formulas(name, row_filter)):
            return None
        query = Query(object=name, fields=("id",))
        found, _ = await fetch_count(self._transaction, compiled, self._access, self._actor(compiled), query, self._now)
        return found

    def _can_ask(self, name: str, text: str) -> bool:
        """Whether the tables as they are have what a formula reads."""
        try:
            check_filter(self._models[0].model, name, text)
        except InvalidFilter:
            return False
        return True


def _record_types(compiled: CompiledModel, name: str, granted: ObjectGrant) -> frozenset[str]:
    """Those that whoever has the grant may give records."""
    target = compiled.model.find_object(name)
    if target is None or not granted.rights & {"create", "edit"}:
        return frozenset()
    return frozenset(one.name for one in target.open_record_types(granted.record_types))


def _formulas(name: str, row_filter: RowFilter | None) -> Iterator[tuple[str, str]]:
    """Each with its object, those of the masters too."""
    if row_filter is not None:
        yield from ((name, text) for text in (*row_filter.criteria, *row_filter.restrictions))
        for master in row_filter.masters:
            yield from _formulas(master.object, master.filter)
