"""The users that a directory outside looks after: found, made, changed, and taken away. Who is taken away is frozen, since records keep
their names; the directory sees them no more until it makes them again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from metamodel.model import Model
from trellis.errors import NotFound
from trellis.ids import is_id
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, Subject, write_audit
from trellis.security.scim.errors import ScimRefused
from trellis.security.scim.filters import Value, parse_filter
from trellis.security.scim.group_ids import groups_of, id_of
from trellis.security.scim.resources import ScimUser, UserInput
from trellis.security.user_changes import UserChange, change_user
from trellis.security.users import LANGUAGES, NewUser, add_user, created_event, taken
from trellis.storage.codecs import decoder, encoder, list_encoder
from trellis.storage.database import DialectName, Row, Statement, Transaction
from trellis.storage.errors import UniqueViolation
from trellis.storage.expressions import any_of
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant

FILTERED: Mapping[str, str] = {
    "username": "username",
    "id": "id",
    "externalid": "external_id",
    "emails": "email",
    "emails.value": "email",
    "displayname": "name",
    "name.formatted": "name",
    "active": "is_active",
}
MOST_IN_A_PAGE = 500
_FOLDED = frozenset({"username", "email"})


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPage:
    users: tuple[ScimUser, ...]
    total: int


async def list_scim_users(
    tenant: Tenant, access: Access, actor: Actor, *, filter_text: str, start: int, count: int
) -> UserPage:
    """From the `start`-th on, 1 for the first; by id, so that pages hold still. Raises AccessDenied, ScimRefused."""
    require(access, actor, "manage_users")
    asked = set(parse_filter(filter_text, FILTERED)) if filter_text else set()
    conditions = dict(asked)
    if len(conditions) < len(asked) or ("id" in conditions and not is_id(conditions["id"])):
        return UserPage(users=(), total=0)
    schema, dialect = tenant.database.schema, tenant.database.dialect
    statements = _page_statements(schema, dialect, tuple(sorted(conditions)))
    values = {f"f_{name}": _stored(name, value, dialect) for name, value in conditions.items()}
    page = {**values, "limit": min(count, MOST_IN_A_PAGE), "offset": start - 1}

    async def read(transaction: Transaction, compiled: CompiledModel) -> UserPage:
        total = await transaction.fetch_one(statements.count, values)
        rows = await transaction.fetch(statements.page, page) if count else ()
        users = await _with_groups(tenant, transaction, compiled.model, [_read(row, dialect) for row in rows])
        return UserPage(users=users, total=int(total[0]) if total else 0)

    return await tenant.read(read)


async def get_scim_user(tenant: Tenant, access: Access, actor: Actor, user_id: str) -> ScimUser:
    """Raises AccessDenied, NotFound."""
    page = await list_scim_users(
        tenant, access, actor, filter_text=f'id eq "{user_id}"' if is_id(user_id) else 'id eq ""', start=1, count=1
    )
    if not page.users:
        raise NotFound(f"There is no user {user_id[:60]}.")
    return page.users[0]


async def create_scim_user(
    tenant: Tenant, access: Access, actor: Actor, given: UserInput, *, now: datetime
) -> ScimUser:
    """Somebody whom the directory took away before comes back as the same user. Raises AccessDenied, ScimRefused, InvalidRecord."""
    require(access, actor, "manage_users")
    if given.email is None:
        raise ScimRefused("emails is missing: a user here has an e-mail address.", kind="invalidValue")
    gone = await tenant.database.read(
        lambda transaction: transaction.fetch_one(_statements(tenant).gone, {"username": given.username.casefold()})
    )
    if gone is not None:
        mark = Mark(user_id=str(gone[0]), name=gone[1], external_id=given.external_id)
        await _put(tenant, actor, mark, {"is_gone": [True, False]}, now=now)
        found = await get_scim_user(tenant, access, actor, mark.user_id)
        return await change_scim_user(tenant, access, actor, found, given, now=now)
    new = NewUser(
        username=given.username,
        email=given.email,
        name=given.name or given.username,
        language=given.language or LANGUAGES[0],
        time_zone=given.time_zone or "UTC",
    )

    async def work(transaction: Transaction) -> str:
        user = await add_user(tenant, transaction, new, now=now)
        mark = Mark(user_id=user.id, name=user.name, external_id=given.external_id)
        await transaction.execute(_statements(tenant).add, _values(tenant, mark))
        await write_audit(transaction, tenant.database.schema, created_event(user, actor), now=now)
        return user.id

    try:
        user_id = await tenant.database.write(work)
    except UniqueViolation as error:
        raise taken(given.email.casefold(), error, given.username.casefold()) from None
    if not given.is_active:
        await change_user(tenant, access, actor, user_id, UserChange(is_active=False), now=now)
    return await get_scim_user(tenant, access, actor, user_id)


async def change_scim_user(
    tenant: Tenant, access: Access, actor: Actor, before: ScimUser, given: UserInput, *, now: datetime
) -> ScimUser:
    """To what the directory says now. Raises AccessDenied, NotFound, ScimRefused, InvalidRecord."""
    if given.username.casefold() != before.username:
        raise ScimRefused("userName stays for good: history and rules name people by it.", kind="mutability")
    change = UserChange(
        name=given.name,
        email=given.email,
        language=given.language,
        time_zone=given.time_zone,
        is_active=given.is_active,
    )
    await change_user(tenant, access, actor, before.id, change, now=now)
    if given.external_id != before.external_id:
        mark = Mark(user_id=before.id, name=before.name, external_id=given.external_id)
        await _put(tenant, actor, mark, {"external_id": [before.external_id, given.external_id]}, now=now)
    return await get_scim_user(tenant, access, actor, before.id)


async def remove_scim_user(tenant: Tenant, access: Access, actor: Actor, user_id: str, *, now: datetime) -> None:
    """Freezes the user. Raises AccessDenied, NotFound, InvalidRecord."""
    found = await get_scim_user(tenant, access, actor, user_id)
    await change_user(tenant, access, actor, user_id, UserChange(is_active=False), now=now)
    mark = Mark(user_id=user_id, name=found.name, external_id=found.external_id, is_gone=True)
    await _put(tenant, actor, mark, {"is_gone": [False, True]}, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What the directory knows of a user here: by which id, and whether it took them away."""

    user_id: str
    name: str
    external_id: str | None
    is_gone: bool = False


async def _put(tenant: Tenant, actor: Actor, mark: Mark, changed: Mapping[str, Any], *, now: datetime) -> None:
    """`changed`: for the audit, by name: before and after."""
    subject = Subject(kind="user", id=mark.user_id, name=mark.name)
    event = AuditEvent(event="user_changed", actor=actor, subject=subject, details=changed)

    async def work(transaction: Transaction) -> None:
        await transaction.execute(_statements(tenant).forget, {"user_id": mark.user_id})
        await transaction.execute(_statements(tenant).add, _values(tenant, mark))
        await write_audit(transaction, tenant.database.schema, event, now=now)

    await tenant.database.write(work)


def _values(tenant: Tenant, mark: Mark) -> dict[str, Any]:
    boolean = encoder(ColumnKind.BOOLEAN, tenant.database.dialect)
    return {"user_id": mark.user_id, "external_id": mark.external_id, "is_gone": boolean(mark.is_gone)}


async def _with_groups(
    tenant: Tenant, transaction: Transaction, model: Model, users: Sequence[ScimUser]
) -> tuple[ScimUser, ...]:
    if not users:
        return ()
    wanted = list_encoder(ColumnKind.UUID, transaction.dialect)([user.id for user in users])
    rows = await transaction.fetch(_statements(tenant).memberships, {"users": wanted})
    labels = {(group.kind, group.name): group.label for group in groups_of(model)}
    found: dict[str, list[tuple[str, str]]] = {user.id: [] for user in users}
    for user_id, kind, name in rows:
        if (kind, name) in labels:
            found[str(user_id)].append((id_of(kind, name), labels[kind, name]))
    return tuple(replace(user, groups=tuple(sorted(found[user.id]))) for user in users)


def _stored(name: str, value: Value, dialect: DialectName) -> Any:
    if isinstance(value, bool):
        return encoder(ColumnKind.BOOLEAN, dialect)(value)
    return (value.casefold() if name in _FOLDED else value).replace("\0", "")


_COLUMNS = (
    "id",
    "username",
    "name",
    "email",
    "language",
    "time_zone",
    "is_active",
    "created_at",
    "updated_at",
    "version",
)


def _read(row: Row, dialect: DialectName) -> ScimUser:
    user_id, username, name, email, language, time_zone, is_active, created_at, updated_at, version, external_id = row
    moment = decoder(ColumnKind.DATETIME, dialect)
    return ScimUser(
        id=str(user_id),
        username=username,
        name=name,
        email=email,
        language=language,
        time_zone=time_zone,
        is_active=bool(is_active),
        created_at=moment(created_at),
        updated_at=moment(updated_at),
        version=version,
        external_id=external_id,
    )


def _statements(tenant: Tenant) -> _Statements:
    return _prepared(tenant.database.schema, tenant.database.dialect)


@dataclass(frozen=True, slots=True)
class _Statements:
    add: Statement
    forget: Statement
    gone: Statement
    memberships: Statement


@dataclass(frozen=True, slots=True)
class _PageStatements:
    page: Statement
    count: Statement


@lru_cache(maxsize=256)
def _prepared(schema: str | None, dialect: DialectName) -> _Statements:
    tables = platform_tables(schema)
    user, mark, member = tables.user, tables.scim_user, tables.group_member
    given = {name: sa.bindparam(name, type_=mark.c[name].type) for name in ("user_id", "external_id", "is_gone")}
    gone = (
        sa.select(user.c.id, user.c.name)
        .join(mark, mark.c.user_id == user.c.id)
        .where(user.c.username == sa.bindparam("username"), mark.c.is_gone == sa.true(), user.c.deleted_at.is_(None))
    )
    memberships = sa.select(member.c.user_id, member.c.kind, member.c.name).where(
        any_of(member.c.user_id, "users", dialect)
    )
    return _Statements(
        add=prepare(sa.insert(mark).values(given), dialect),
        forget=prepare(sa.delete(mark).where(mark.c.user_id == given["user_id"]), dialect),
        gone=prepare(gone, dialect),
        memberships=prepare(memberships, dialect),
    )


@lru_cache(maxsize=256)
def _page_statements(schema: str | None, dialect: DialectName, filtered: tuple[str, ...]) -> _PageStatements:
    tables = platform_tables(schema)
    user, mark = tables.user, tables.scim_user
    both = user.outerjoin(mark, mark.c.user_id == user.c.id)
    columns = {"external_id": mark.c.external_id, "email": sa.func.lower(user.c.email)}
    conditions = [
        (columns[name] if name in columns else user.c[name])
        == sa.bindparam(f"f_{name}", type_=mark.c.external_id.type if name in columns else user.c[name].type)
        for name in filtered
    ]
    is_seen = sa.and_(user.c.deleted_at.is_(None), sa.or_(mark.c.is_gone.is_(None), mark.c.is_gone == sa.false()))
    page = (
        sa.select(*(user.c[name] for name in _COLUMNS), mark.c.external_id)
        .select_from(both)
        .where(is_seen, *conditions)
        .order_by(user.c.id)
        .limit(sa.bindparam("limit", type_=sa.Integer()))
        .offset(sa.bindparam("offset", type_=sa.Integer()))
    )
    counted = sa.select(sa.func.count()).select_from(both).where(is_seen, *conditions)
    return _PageStatements(page=prepare(page, dialect), count=prepare(counted, dialect))
