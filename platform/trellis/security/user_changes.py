"""What an administrator changes about a user: who they are, what language they read, whether they may come in at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.errors import AccessDenied, FieldError, InvalidRecord, NotFound
from trellis.ids import is_id
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, write_audit
from trellis.security.standing import require_standing, require_way_in
from trellis.security.users import (
    User,
    check_user,
    end_sessions_of,
    read_user,
    refuse_login_of_another,
    subject_of,
    taken,
    user_columns,
)
from trellis.storage.codecs import encoder
from trellis.storage.database import DialectName, Row, Statement, Transaction
from trellis.storage.errors import UniqueViolation
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class UserChange:
    """None leaves a value as it is. The user name stays for good: history and rules name people by it."""

    name: str | None = None
    email: str | None = None
    language: str | None = None
    time_zone: str | None = None
    is_admin: bool | None = None
    is_active: bool | None = None


def require_to_create(access: Access, actor: Actor, *, is_admin: bool) -> None:
    """Only administrators make administrators. Raises AccessDenied."""
    require(access, actor, "manage_users")
    if is_admin:
        require(access, actor, "administer")
        if not actor.is_admin:
            raise AccessDenied("Only an administrator makes administrators.", hint="Ask one.")


async def fetch_user(tenant: Tenant, access: Access, actor: Actor, user_id: str) -> User:
    """Raises AccessDenied, NotFound."""
    require(access, actor, "manage_users")
    return await fetch_any_user(tenant, user_id)


async def fetch_user_below(tenant: Tenant, access: Access, actor: Actor, user_id: str) -> User:
    """For callers that change by what the user comes in: one who may do more with the tenant is out of reach. Raises AccessDenied,
    NotFound."""
    require(access, actor, "manage_users")
    model = (await tenant.refresh()).model
    user = await fetch_any_user(tenant, user_id)
    require_way_in(actor, model, user.grants, is_admin=user.is_admin, name=user.name)
    return user


async def fetch_any_user(tenant: Tenant, user_id: str) -> User:
    """For callers that have asked already whether they may. Raises NotFound."""
    return await tenant.database.read(lambda transaction: fetch_user_in(tenant, transaction, user_id))


async def change_user(
    tenant: Tenant, access: Access, actor: Actor, user_id: str, change: UserChange, *, now: datetime
) -> User:
    """Freezing somebody ends their sessions; making them an administrator ends the link that was made for them before. Nobody freezes
    themselves, or takes away their own rights: so an administrator is always left. Only administrators change administrators, or who is
    one; and nobody changes who may do more with the tenant. Raises AccessDenied, NotFound, InvalidRecord with every value that is wrong."""
    require(access, actor, "manage_users")
    model = (await tenant.refresh()).model

    async def work(transaction: Transaction) -> User:
        before = await fetch_user_in(tenant, transaction, user_id)
        after = _changed(before, change)
        if after == before:
            return before
        if before.is_admin != after.is_admin:
            require(access, actor, "administer")
        is_admin = before.is_admin or after.is_admin
        require_standing(actor, model, before.grants, is_admin=is_admin, name=before.name)
        check_user(after, _against_oneself(actor, before, after))
        if after.email != before.email:
            await refuse_login_of_another(tenant, transaction, after)
        if _leads(before) and not _leads(after):
            await _require_another(tenant, transaction, user_id)
        await transaction.execute(_statements(tenant).update, _values(tenant.database.dialect, after, now))
        if after.is_admin and not before.is_admin:
            # Who made the link may have been let to for who the user was.
            await transaction.execute(_statements(tenant).forget_invitation, {"user_id": user_id})
        if before.is_active and not after.is_active:
            await end_sessions_of(tenant, transaction, user_id, now=now)
        await write_audit(transaction, tenant.database.schema, *_events(actor, before, after), now=now)
        return after

    try:
        return await tenant.database.write(work)
    except UniqueViolation as error:
        raise taken(change.email or "", error) from None


def _events(actor: Actor, before: User, after: User) -> Iterator[AuditEvent]:
    subject = subject_of(after)
    texts = {
        name: [old, new]
        for name in ("name", "email", "language", "time_zone")
        if (old := getattr(before, name)) != (new := getattr(after, name))
    }
    if texts:
        yield AuditEvent(event="user_changed", actor=actor, subject=subject, details=texts)
    if before.is_admin != after.is_admin:
        rights = {"is_admin": [before.is_admin, after.is_admin]}
        yield AuditEvent(event="permissions_assigned", actor=actor, subject=subject, details=rights)
    if before.is_active != after.is_active:
        yield AuditEvent(event="user_unfrozen" if after.is_active else "user_frozen", actor=actor, subject=subject)


def _leads(user: User) -> bool:
    return user.is_admin and user.is_active


async def _require_another(tenant: Tenant, transaction: Transaction, user_id: str) -> None:
    """Two who freeze each other at the same time: the second waits for the first, and finds nobody left but its own target."""
    rows = await transaction.fetch(_statements(tenant).administrators)
    if {str(row[0]) for row in rows} <= {user_id}:
        raise InvalidRecord(
            "Nobody would be left who may manage the tenant.", hint="Make somebody else an administrator."
        )


def _changed(user: User, change: UserChange) -> User:
    given = {name: value for name in UserChange.__slots__ if (value := getattr(change, name)) is not None}
    if "name" in given:
        given["name"] = given["name"].strip()
    if "email" in given:
        given["email"] = given["email"].strip().casefold()
    return replace(user, **given)


def _against_oneself(actor: Actor, before: User, after: User) -> list[FieldError]:
    if actor.user_id != before.id:
        return []
    refused = (("is_active", "freeze yourself"), ("is_admin", "take away your own rights"))
    return [
        FieldError(field=name, code="against_oneself", message=f"You cannot {what}; another administrator can.")
        for name, what in refused
        if getattr(before, name) and not getattr(after, name)
    ]


async def fetch_user_in(tenant: Tenant, transaction: Transaction, user_id: str) -> User:
    """Raises NotFound."""
    row: Row | None = await transaction.fetch_one(_statements(tenant).one, {"id": user_id}) if is_id(user_id) else None
    if row is None:
        raise NotFound(f"There is no user {user_id[:60]} in the tenant {tenant.name}.")
    return read_user(row)


def _values(dialect: DialectName, user: User, now: datetime) -> dict[str, Any]:
    boolean, moment = encoder(ColumnKind.BOOLEAN, dialect), encoder(ColumnKind.DATETIME, dialect)
    return {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "language": user.language,
        "time_zone": user.time_zone,
        "is_admin": boolean(user.is_admin),
        "is_active": boolean(user.is_active),
        "now": moment(now),
    }


@dataclass(frozen=True, slots=True)
class _Statements:
    one: Statement
    update: Statement
    forget_invitation: Statement
    administrators: Statement


def _statements(tenant: Tenant) -> _Statements:
    return _prepared(tenant.database.schema, tenant.database.dialect)


@lru_cache(maxsize=256)
def _prepared(schema: str | None, dialect: DialectName) -> _Statements:
    tables = platform_tables(schema)
    user, invitation = tables.user, tables.invitation
    is_it = sa.and_(user.c.id == sa.bindparam("id", type_=user.c.id.type), user.c.deleted_at.is_(None))
    changed = ("name", "email", "language", "time_zone", "is_admin", "is_active")
    update = sa.update(user).where(is_it).values({name: sa.bindparam(name) for name in changed})
    stamped = update.values(
        updated_at=sa.bindparam("now"), version=user.c.version + 1, access_version=user.c.access_version + 1
    )
    leads = sa.and_(user.c.is_admin == sa.true(), user.c.is_active == sa.true(), user.c.deleted_at.is_(None))
    return _Statements(
        administrators=prepare(sa.select(user.c.id).where(leads).with_for_update(), dialect),
        one=prepare(sa.select(*user_columns(user)).where(is_it), dialect),
        update=prepare(stamped, dialect),
        forget_invitation=prepare(
            sa.delete(invitation).where(invitation.c.user_id == sa.bindparam("user_id")), dialect
        ),
    )
