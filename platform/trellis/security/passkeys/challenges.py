"""Challenges: random bytes that a passkey signs, so that no answer can be shown twice. Kept until used, some minutes at most."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.storage.codecs import encoder
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

Purpose = Literal["register", "sign_in", "confirm"]
LIFETIME = timedelta(minutes=5)


async def make_challenge(tenant: Tenant, purpose: Purpose, user_id: str | None, *, now: datetime) -> bytes:
    """`user_id`: who alone may answer, None where that is not known yet."""
    challenge = secrets.token_bytes(32)
    moment = encoder(ColumnKind.DATETIME, tenant.database.dialect)
    statements = _statements(tenant.database.schema, tenant.database.dialect)
    values = {
        "challenge_hash": _hash(challenge),
        "purpose": purpose,
        "user_id": user_id,
        "expires_at": moment(now + LIFETIME),
    }

    async def work(transaction: Transaction) -> None:
        await transaction.execute(statements.forget_old, {"now": moment(now)})
        await transaction.execute(statements.insert, values)

    await tenant.database.write(work)
    return challenge


async def take_challenge(
    tenant: Tenant, challenge: bytes, purpose: Purpose, user_id: str | None, *, now: datetime
) -> bool:
    """Whether it was made here for this purpose and is not used yet; it is from now on."""
    moment = encoder(ColumnKind.DATETIME, tenant.database.dialect)(now)
    values = {"challenge_hash": _hash(challenge), "purpose": purpose, "user_id": user_id, "now": moment}
    statement = _statements(tenant.database.schema, tenant.database.dialect).take
    return await tenant.database.write(lambda transaction: transaction.execute(statement, values)) == 1


def _hash(challenge: bytes) -> str:
    return hashlib.sha256(challenge).hexdigest()


@dataclass(frozen=True, slots=True)
class _Statements:
    insert: Statement
    take: Statement
    forget_old: Statement


@lru_cache(maxsize=256)
def _statements(schema: str | None, dialect: DialectName) -> _Statements:
    table = platform_tables(schema).passkey_challenge
    names = ("challenge_hash", "purpose", "user_id", "expires_at")
    given = {name: sa.bindparam(name, type_=table.c[name].type) for name in names}
    now = sa.bindparam("now", type_=table.c.expires_at.type)
    user = given["user_id"]
    is_theirs = sa.or_(table.c.user_id == user, sa.and_(table.c.user_id.is_(None), user.is_(None)))
    is_it = sa.and_(table.c.challenge_hash == given["challenge_hash"], table.c.purpose == given["purpose"])
    return _Statements(
        insert=prepare(sa.insert(table).values(given), dialect),
        take=prepare(sa.delete(table).where(is_it, is_theirs, table.c.expires_at > now), dialect),
        forget_old=prepare(sa.delete(table).where(table.c.expires_at <= now), dialect),
    )
