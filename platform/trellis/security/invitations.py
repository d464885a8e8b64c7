"""Links by which a person sets their own password: made for somebody new, or who has forgotten it. A user has one at a time; it holds for
a week, works once, and only its SHA-256 is stored."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.errors import InvalidRecord, NotFound
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, Subject, Who, write_audit
from trellis.security.credentials import hash_token
from trellis.security.standing import require_way_in
from trellis.security.user_changes import fetch_user_in
from trellis.security.users import end_sessions_of, set_password_in, subject_of
from trellis.storage.codecs import encoder
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

LIFETIME = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """`token` is known only now."""

    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """Whose invitation it is."""

    user_id: str
    username: str
    name: str
    email: str
    language: str


async def invite(tenant: Tenant, access: Access, actor: Actor, user_id: str, *, now: datetime) -> Invitation:
    """Takes the place of one made before. Raises AccessDenied, also for a user who may do more with the tenant, NotFound for no user,
    InvalidRecord for one who is frozen."""
    require(access, actor, "manage_users")
    model = (await tenant.refresh()).model
    dialect = tenant.database.dialect
    statements = _statements(tenant.database.schema, dialect)
    moment = encoder(ColumnKind.DATETIME, dialect)
    token = f"{tenant.name}.{secrets.token_urlsafe(32)}"
    values = {
        "user_id": user_id,
        "token_hash": hash_token(token),
        "created_at": moment(now),
        "expires_at": moment(now + LIFETIME),
    }

    async def work(transaction: Transaction) -> None:
        user = await fetch_user_in(tenant, transaction, user_id)
        require_way_in(actor, model, user.grants, is_admin=user.is_admin, name=user.name)
        if user.is_admin:
            require(access, actor, "administer")  # A key that is confined to less lets nobody in as an administrator.
        if not user.is_active:
            raise InvalidRecord("The user is frozen.", hint="Let them in again first.")
        await transaction.execute(statements.forget, {"user_id": user_id})
        await transaction.execute(statements.insert, values)
        event = AuditEvent(event="invited", actor=actor, subject=subject_of(user))
        await write_audit(transaction, tenant.database.schema, event, now=now)

    await tenant.database.write(work)
    return Invitation(token=token, expires_at=now + LIFETIME)


async def find_invited(tenant: Tenant, token: str, *, now: datetime) -> Invited | None:
    """None when the link was never made, has been used or replaced, or is too old."""
    return await tenant.database.read(lambda transaction: _find(tenant, transaction, token, now))


async def accept_invitation(tenant: Tenant, token: str, password_hash: str, *, now: datetime) -> Invited:
    """Sets the password and ends the user's sessions. Raises NotFound for a link that holds no longer."""
    statements = _statements(tenant.database.schema, tenant.database.dialect)

    async def work(transaction: Transaction) -> Invited:
        invited = await _find(tenant, transaction, token, now)
        if invited is None or not await transaction.execute(statements.forget, {"user_id": invited.user_id}):
            raise NotFound("This link holds no longer.", hint="Ask an administrator for a new one.")
        await set_password_in(tenant, transaction, invited.user_id, password_hash, now=now)
        await end_sessions_of(tenant, transaction, invited.user_id, now=now)
        event = AuditEvent(
            event="invitation_accepted",
            actor=Who(channel="web", user_id=invited.user_id, name=invited.name),
            subject=Subject(kind="user", id=invited.user_id, name=invited.name),
        )
        await write_audit(transaction, tenant.database.schema, event, now=now)
        return invited

    return await tenant.database.write(work)


async def _find(tenant: Tenant, transaction: Transaction, token: str, now: datetime) -> Invited | None:
    dialect = tenant.database.dialect
    values = {"token_hash": hash_token(token), "now": encoder(ColumnKind.DATETIME, dialect)(now)}
    row = await transaction.fetch_one(_statements(tenant.database.schema, dialect).find, values)
    if row is None:
        return None
    return Invited(user_id=str(row[0]), username=row[1], name=row[2], email=row[3], language=row[4])


@dataclass(frozen=True, slots=True)
class _Statements:
    find: Statement
    forget: Statement
    insert: Statement


@lru_cache(maxsize=256)
def _statements(schema: str | None, dialect: DialectName) -> _Statements:
    tables = platform_tables(schema)
    user, invitation = tables.user, tables.invitation
    is_there = user.c.deleted_at.is_(None)
    find = (
        sa.select(user.c.id, user.c.username, user.c.name, user.c.email, user.c.language)
        .join_from(invitation, user, user.c.id == invitation.c.user_id)
        .where(invitation.c.token_hash == sa.bindparam("token_hash"))
        .where(invitation.c.expires_at > sa.bindparam("now", type_=invitation.c.expires_at.type))
        .where(user.c.is_active == sa.true(), is_there)
    )
    names = ("user_id", "token_hash", "created_at", "expires_at")
    return _Statements(
        find=prepare(find, dialect),
        forget=prepare(sa.delete(invitation).where(invitation.c.user_id == sa.bindparam("user_id")), dialect),
        insert=prepare(sa.insert(invitation).values({name: sa.bindparam(name) for name in names}), dialect),
    )
