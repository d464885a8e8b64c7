"""Who has a role or a permission set, and who belongs to a team: reading the members with their names, and replacing the whole list in
one write."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from metamodel.access_definitions import ADMINISTRATOR, PermissionGroup, PermissionSet
from metamodel.automation_definitions import Role, Team
from metamodel.columns import ColumnKind
from metamodel.model import Model
from metamodel.names import did_you_mean
from trellis.automation.groups import GroupKind
from trellis.automation.people import Person, find_people
from trellis.automation.queues import take_turns
from trellis.automation.seat_checks import check_people
from trellis.errors import Conflict, InvalidRequest, NotFound
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, Subject, write_audit
from trellis.security.grants import Grants
from trellis.security.memberships import refresh_grants
from trellis.security.standing import require_to_give
from trellis.storage.codecs import decoder, list_encoder
from trellis.storage.column_types import TEXT
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.expressions import any_of, is_flag
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant

MAX_MEMBERS = 5_000
Definition = Role | Team | PermissionSet | PermissionGroup
_WORDS = {"permission_set": "permission set", "permission_group": "group of permission sets"}


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMember:
    """Somebody with a role or in a team. Who is not `is_active` gets nothing assigned and hears nothing."""

    user_id: str
    username: str
    name: str
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A role, a team, a permission set or a group of them in the model, and its members, in the order in which they take turns."""

    kind: GroupKind
    definition: Definition
    members: tuple[GroupMember, ...]

    @property
    def tag(self) -> str:
        """Differs whenever the members do."""
        return hashlib.sha256(repr([astuple(member) for member in self.members]).encode()).hexdigest()[:16]


async def list_groups(tenant: Tenant, access: Access, actor: Actor, kind: GroupKind) -> tuple[Group, ...]:
    """Every role (or team), in the model's order. One query."""
    require(access, actor, "manage_access")

    async def work(transaction: Transaction, compiled: CompiledModel) -> tuple[Group, ...]:
        groups = definitions(compiled.model, kind)
        found = await _fetch(transaction, compiled, kind, groups)
        return tuple(Group(kind=kind, definition=group, members=found[name]) for name, group in groups.items())

    return await tenant.read(work)


async def get_group(tenant: Tenant, access: Access, actor: Actor, kind: GroupKind, name: str) -> Group:
    """Raises NotFound with the nearest name."""
    require(access, actor, "manage_access")
    return await tenant.read(lambda transaction, compiled: _get(transaction, compiled, kind, name))


async def replace_group_members(
    tenant: Tenant,
    access: Access,
    actor: Actor,
    kind: GroupKind,
    name: str,
    users: Sequence[str],
    *,
    seen: str | None = None,
    now: datetime | None = None,
) -> Group:
    """Gives the role or permission set to `users` (ids or user names), in their order, and to nobody else; or makes them the team. Who is
    an administrator is said with the user. `seen`: the tag of the
    list that the caller changes; Conflict when it is another by now. Raises AccessDenied, also for what lets people do more with the
    tenant than the caller may, NotFound, and InvalidRecord with every finding; `index` is
    the place in `users`."""
    require(access, actor, "manage_access")

    async def work(transaction: Transaction, compiled: CompiledModel) -> Group:
        _find(compiled.model, kind, name)
        if (kind, name) == ("permission_set", ADMINISTRATOR):
            raise InvalidRequest("Who is an administrator is said with each user.", hint="Change the user.")
        require_to_give(actor, compiled.model, _granted_by(kind, name), name=name)
        # No turn is taken, but the counter is locked: who else replaces these members now waits here.
        await take_turns(transaction, compiled, f"{kind}:{name}", 0)
        before = await _get(transaction, compiled, kind, name)
        if seen is not None and seen != before.tag:
            raise Conflict(
                f"Somebody else has changed the members of {name} meanwhile.", hint="Read them again, then decide."
            )
        people = await find_people(transaction, compiled, users)
        sitting = frozenset(member.user_id for member in before.members)
        chosen = check_people(users, people, sitting=sitting, most=MAX_MEMBERS, what=_WORDS.get(kind, kind))
        await _write(transaction, compiled, kind, name, chosen)
        await refresh_grants(transaction, compiled.schema, sitting | {person.id for person in chosen})
        after = await _get(transaction, compiled, kind, name)
        event = _event(actor, before, after)
        if event is not None:
            await write_audit(transaction, compiled.schema, event, now=now or datetime.now(UTC))
        return after

    return await tenant.write(work)


def _granted_by(kind: GroupKind, name: str) -> Grants:
    """What whoever is in the group is granted by that alone."""
    names = frozenset({name})
    return Grants(
        permission_sets=names if kind == "permission_set" else frozenset(),
        permission_groups=names if kind == "permission_group" else frozenset(),
    )


def _event(actor: Actor, before: Group, after: Group) -> AuditEvent | None:
    """None when it is the same people, in whatever order."""
    there, here = ({one.user_id: one.username for one in group.members} for group in (before, after))
    added = [name for user_id, name in here.items() if user_id not in there]
    removed = [name for user_id, name in there.items() if user_id not in here]
    if not added and not removed:
        return None
    is_granted = after.kind in ("permission_set", "permission_group")
    return AuditEvent(
        event="permissions_assigned" if is_granted else "members_changed",
        actor=actor,
        subject=Subject(kind=after.kind, id=after.definition.name, name=after.definition.label),
        details={"added": added, "removed": removed},
    )


def definitions(model: Model, kind: GroupKind) -> Mapping[str, Definition]:
    """All of that kind by name."""
    match kind:
        case "role":
            return model.roles
        case "team":
            return model.teams
        case "permission_set":
            return model.permission_sets
        case "permission_group":
            return model.permission_groups


def _find(model: Model, kind: GroupKind, name: str) -> Definition:
    groups = definitions(model, kind)
    found = groups.get(name)
    if found is None:
        shown = name[:100]
        raise NotFound(f'There is no {_WORDS.get(kind, kind)} "{shown}".', hint=did_you_mean(shown, groups))
    return found


async def _get(transaction: Transaction, compiled: CompiledModel, kind: GroupKind, name: str) -> Group:
    group = _find(compiled.model, kind, name)
    found = await _fetch(transaction, compiled, kind, (name,))
    return Group(kind=kind, definition=group, members=found[name])


async def _fetch(
    transaction: Transaction, compiled: CompiledModel, kind: GroupKind, names: Iterable[str]
) -> Mapping[str, tuple[GroupMember, ...]]:
    found: dict[str, list[GroupMember]] = {name: [] for name in names}
    statement = compiled.prepared(("automation", "group members"), lambda: _select(compiled.schema, compiled.dialect))
    if kind == "permission_set" and ADMINISTRATOR in found:
        found[ADMINISTRATOR] += await _administrators(transaction, compiled)
    wanted = list_encoder(ColumnKind.TEXT, transaction.dialect)(sorted(found))
    flag = decoder(ColumnKind.BOOLEAN, transaction.dialect)
    for name, user_id, username, full_name, is_active in await transaction.fetch(
        statement, {"kind": kind, "names": wanted}
    ):
        member = GroupMember(user_id=str(user_id), username=username, name=full_name, is_active=flag(is_active))
        found[name].append(member)
    return {name: tuple(members) for name, members in found.items()}


async def _administrators(transaction: Transaction, compiled: CompiledModel) -> list[GroupMember]:
    user = platform_tables(compiled.schema).user
    is_one = sa.and_(is_flag(user.c.is_admin, True, compiled.dialect), user.c.deleted_at.is_(None))
    chosen = sa.select(user.c.id, user.c.username, user.c.name, user.c.is_active).where(is_one).order_by(user.c.id)
    statement = compiled.prepared(("automation", "administrators"), lambda: prepare(chosen, compiled.dialect))
    flag = decoder(ColumnKind.BOOLEAN, transaction.dialect)
    return [
        GroupMember(user_id=str(user_id), username=username, name=name, is_active=flag(is_active))
        for user_id, username, name, is_active in await transaction.fetch(statement)
    ]


async def _write(
    transaction: Transaction, compiled: CompiledModel, kind: GroupKind, name: str, people: Sequence[Person]
) -> None:
    table = platform_tables(compiled.schema).group_member
    is_group = sa.and_(
        *(table.c[column] == sa.bindparam(f"k_{column}", type_=table.c[column].type) for column in ("kind", "name"))
    )
    clear = compiled.prepared(
        ("automation", "clear group"), lambda: prepare(sa.delete(table).where(is_group), compiled.dialect)
    )
    insert = compiled.prepared(("automation", "join group"), lambda: prepare(sa.insert(table), compiled.dialect))
    await transaction.execute(clear, {"k_kind": kind, "k_name": name})
    rows: list[Mapping[str, Any]] = [
        {"kind": kind, "name": name, "user_id": person.id, "position": position}
        for position, person in enumerate(people, 1)
    ]
    if rows:
        await transaction.execute_many(insert, rows)


def _select(schema: str | None, dialect: DialectName) -> Statement:
    tables = platform_tables(schema)
    member, user = tables.group_member, tables.user
    kind: sa.BindParameter[Any] = sa.bindparam("kind", type_=TEXT)
    statement = (
        sa.select(member.c.name, user.c.id, user.c.username, user.c.name.label("full_name"), user.c.is_active)
        .join(user, user.c.id == member.c.user_id)
        .where(member.c.kind == kind, any_of(member.c.name, "names", dialect), user.c.deleted_at.is_(None))
        .order_by(member.c.name, member.c.position, member.c.user_id)
    )
    return prepare(statement, dialect)
