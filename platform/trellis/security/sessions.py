"""A user's open sessions: which there are, and ending them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.errors import NotFound
from trellis.security.access import Access
from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, Subject, Who, write_audit
from trellis.security.user_changes import fetch_user_below
from trellis.storage.codecs import decoder, encoder
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`last_used_at` is at most an hour behind. `address` and `agent` are as they were at sign-in, None where nobody said."""

    id: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    address: str | None
    agent: str | None


async def list_sessions(tenant: Tenant, user_id: str, *, now: datetime) -> tuple[Session, ...]:
    """Those that are open, the newest first."""
    database = tenant.database
    statement = _statements(database.schema, database.dialect).open
    moment = decoder(ColumnKind.DATETIME, database.dialect)
    values = {"user_id": user_id, "now": encoder(ColumnKind.DATETIME, database.dialect)(now)}

    async def find(transaction: Transaction) -> tuple[Session, ...]:
        return tuple(
            Session(
                id=str(row[0]),
                created_at=moment(row[1]),
                expires_at=moment(row[2]),
                last_used_at=moment(row[3]),
                address=row[4],
                agent=row[5],
            )
            for row in await transaction.fetch(statement, values)
        )

    return await database.read(find)


async def end_session(
    tenant: Tenant, user_id: str, session_id: str, *, now: datetime, by: Actor | Who | None = None
) -> None:
    """`by`: who does it, for the audit. Raises NotFound for one that the user has not, or has ended."""
    open_ids = {session.id for session in await list_sessions(tenant, user_id, now=now)}
    if session_id not in open_ids or not await _end(tenant, "one", user_id, session_id, now, by):
        raise NotFound(f"You have no session {session_id[:60]}.", hint="It may have ended already.")


async def end_other_sessions(
    tenant: Tenant, user_id: str, keep: str | None, *, now: datetime, by: Actor | Who | None = None
) -> int:
    """All but the session `keep`; gives how many there were."""
    return await _end(tenant, "others", user_id, keep, now, by)


async def end_sessions_of_user(tenant: Tenant, access: Access, actor: Actor, user_id: str, *, now: datetime) -> int:
    """All of a user's, for who manages users: they have to sign in again. Raises AccessDenied, NotFound."""
    user = await fetch_user_below(tenant, access, actor, user_id)
    return await end_other_sessions(tenant, user.id, None, now=now, by=actor)


async def _end(
    tenant: Tenant, which: str, user_id: str, session_id: str | None, now: datetime, by: Actor | Who | None
) -> int:
    dialect = tenant.database.dialect
    statement: Statement = getattr(_statements(tenant.database.schema, dialect), which)
    values = {"user_id": user_id, "id": session_id, "now": encoder(ColumnKind.DATETIME, dialect)(now)}

    async def work(transaction: Transaction) -> int:
        count = await transaction.execute(statement, values)
        if count:
            event = AuditEvent(
                event="session_ended", actor=by, subject=Subject(kind="user", id=user_id), details={"count": count}
            )
            await write_audit(transaction, tenant.database.schema, event, now=now)
        return count

    return await tenant.database.write(work)


@dataclass(frozen=True, slots=True)
class _Statements:
    open: Statement
    one: Statement
    others: Statement


@lru_cache(maxsize=256)
def _statements(schema: str | None, dialect: DialectName) -> _Statements:
    credential = platform_tables(schema).credential
    columns = ("id", "created_at", "expires_at", "last_used_at", "address", "agent")
    now = sa.bindparam("now", type_=credential.c.created_at.type)
    is_open = sa.and_(
        credential.c.user_id == sa.bindparam("user_id"),
        credential.c.kind == "session",
        credential.c.revoked_at.is_(None),
        credential.c.expires_at > now,
    )
    shown = sa.select(*(credential.c[name] for name in columns)).where(is_open).order_by(credential.c.id.desc())
    ended = sa.update(credential).where(is_open).values(revoked_at=now)
    this = sa.bindparam("id", type_=credential.c.id.type)
    return _Statements(
        open=prepare(shown, dialect),
        one=prepare(ended.where(credential.c.id == this), dialect),
        others=prepare(ended.where(sa.or_(this.is_(None), credential.c.id != this)), dialect),
    )
