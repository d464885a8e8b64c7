"""A session's token changes as it goes on, so that one that was stolen is worth little, and its use is noticed.

A new token is offered beside the one in use, and takes its place when it is first shown: an answer that got lost costs nobody the session.
From then on the old one is good for a moment more, for requests that are under way. Who shows it later has it from elsewhere, or whoever
has the new one has: the session ends for both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.security.audit import AuditEvent, Subject, write_audit
from trellis.security.credentials import hash_token, new_token
from trellis.storage.codecs import decoder, encoder
from trellis.storage.database import DialectName, Row, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

OLD_ONE_HOLDS = timedelta(seconds=60)
OFFERED_AGAIN_AFTER = timedelta(seconds=60)


async def find_current_hash(tenant: Tenant, token: str, *, now: datetime) -> str | None:
    """The hash of the token that is in use by the session whose new or old token this is; a new one comes into use by it. None for a
    token of no session, and for an old one that holds no longer: its session has ended with that."""
    token_hash = hash_token(token)
    statement = _statements(tenant.database.schema, tenant.database.dialect).find

    async def find(transaction: Transaction) -> Row | None:
        return await transaction.fetch_one(statement, {"token_hash": token_hash})

    row = await tenant.database.read(find, is_brief=True)
    if row is None:
        return None
    session_id, current, is_new, rotated_at = str(row[0]), str(row[1]), bool(row[2]), row[3]
    if is_new:
        await _take_up(tenant, session_id, token_hash, now)
        return token_hash
    moment = decoder(ColumnKind.DATETIME, tenant.database.dialect)
    if now - moment(rotated_at) <= OLD_ONE_HOLDS:
        return current
    await _end(tenant, session_id, now)
    return None


async def offer_token(tenant: Tenant, session_id: str, *, now: datetime) -> str | None:
    """A new token for the session; None when one was offered a moment ago, so that answers to requests sent together do not compete."""
    token = new_token(tenant.name)
    moment = encoder(ColumnKind.DATETIME, tenant.database.dialect)
    values = {
        "id": session_id,
        "token_hash": hash_token(token),
        "now": moment(now),
        "before": moment(now - OFFERED_AGAIN_AFTER),
    }
    statement = _statements(tenant.database.schema, tenant.database.dialect).offer
    return token if await tenant.database.write(lambda transaction: transaction.execute(statement, values)) else None


async def _take_up(tenant: Tenant, session_id: str, token_hash: str, now: datetime) -> None:
    statement = _statements(tenant.database.schema, tenant.database.dialect).take_up
    values = {
        "id": session_id,
        "token_hash": token_hash,
        "now": encoder(ColumnKind.DATETIME, tenant.database.dialect)(now),
    }
    await tenant.database.write(lambda transaction: transaction.execute(statement, values))


async def _end(tenant: Tenant, session_id: str, now: datetime) -> None:
    statement = _statements(tenant.database.schema, tenant.database.dialect).end
    values = {"id": session_id, "now": encoder(ColumnKind.DATETIME, tenant.database.dialect)(now)}
    event = AuditEvent(event="token_reused", actor=None, subject=Subject(kind="session", id=session_id))

    async def work(transaction: Transaction) -> None:
        if await transaction.execute(statement, values):
            await write_audit(transaction, tenant.database.schema, event, now=now)

    await tenant.database.write(work)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statements:
    find: Statement
    take_up: Statement
    offer: Statement
    end: Statement


@lru_cache(maxsize=256)
def _statements(schema: str | None, dialect: DialectName) -> _Statements:
    credential = platform_tables(schema).credential
    token_hash = sa.bindparam("token_hash", type_=credential.c.token_hash.type)
    now = sa.bindparam("now", type_=credential.c.created_at.type)
    is_new = credential.c.next_hash == token_hash
    is_open = sa.and_(credential.c.kind == "session", credential.c.revoked_at.is_(None))
    is_it = sa.and_(credential.c.id == sa.bindparam("id", type_=credential.c.id.type), is_open)
    find = (
        sa.select(credential.c.id, credential.c.token_hash, sa.case((is_new, 1), else_=0), credential.c.rotated_at)
        .where(sa.or_(is_new, credential.c.previous_hash == token_hash), is_open)
        .limit(1)
    )
    moved = {
        "previous_hash": credential.c.token_hash,
        "token_hash": token_hash,
        "next_hash": sa.null(),
        "offered_at": sa.null(),
        "rotated_at": now,
    }
    before = sa.bindparam("before", type_=credential.c.offered_at.type)
    is_time = sa.or_(credential.c.offered_at.is_(None), credential.c.offered_at < before)
    offered = {"next_hash": token_hash, "offered_at": now}
    return _Statements(
        find=prepare(find, dialect),
        take_up=prepare(sa.update(credential).where(is_it, is_new).values(moved), dialect),
        offer=prepare(sa.update(credential).where(is_it, is_time).values(offered), dialect),
        end=prepare(sa.update(credential).where(is_it).values(revoked_at=now), dialect),
    )
