"""Sign-ins whose password, or provider outside, was right and that wait for their second step. Nothing is opened by them but that step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.security.credentials import hash_token, new_token
from trellis.security.second_factor.errors import SignInExpired
from trellis.security.second_factor.service import is_required
from trellis.security.second_factor.store import find_app
from trellis.storage.codecs import encoder
from trellis.storage.database import DialectName, Row, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

Step = Literal["second_factor", "enrolment"]
LIFETIME = timedelta(minutes=10)
MOST_FAILURES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingSignIn:
    """`token` is known only now; it goes with what the step shows."""

    token: str
    step: Step
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """`subject`: what the attempt was counted for, to be forgotten when it succeeds; ANY when it was not counted."""

    user_id: str
    step: Step
    subject: str


async def find_next_step(tenant: Tenant, user_id: str) -> Step | None:
    """What is left to do for a user who has shown one factor."""
    app = await tenant.database.read(lambda transaction: find_app(tenant, transaction, user_id))
    if app is not None and app.is_confirmed:
        return "second_factor"
    return "enrolment" if await is_required(tenant) else None


async def begin_pending(tenant: Tenant, user_id: str, step: Step, subject: str, *, now: datetime) -> PendingSignIn:
    """Those of the same user that are over are forgotten."""
    token, expires_at = new_token(tenant.name), now + LIFETIME
    moment = encoder(ColumnKind.DATETIME, tenant.database.dialect)
    statements = _of(tenant)
    values = {
        "token_hash": hash_token(token),
        "user_id": user_id,
        "step": step,
        "subject": subject,
        "expires_at": moment(expires_at),
    }

    async def work(transaction: Transaction) -> None:
        await transaction.execute(statements.forget_old, {"user_id": user_id, "now": moment(now)})
        await transaction.execute(statements.insert, values)

    await tenant.database.write(work)
    return PendingSignIn(token=token, step=step, expires_at=expires_at)


async def get_waiting(tenant: Tenant, token: str, *, now: datetime) -> Waiting:
    """Raises SignInExpired for a token that is unknown, too old, or was shown with too many wrong codes."""
    moment = encoder(ColumnKind.DATETIME, tenant.database.dialect)(now)
    values = {"token_hash": hash_token(token), "now": moment}
    row: Row | None = await tenant.database.read(lambda transaction: transaction.fetch_one(_of(tenant).find, values))
    if row is None:
        raise SignInExpired
    return Waiting(user_id=str(row[0]), step=row[1], subject=row[2])


async def count_wrong_code(tenant: Tenant, token: str) -> None:
    values = {"token_hash": hash_token(token)}
    await tenant.database.write(lambda transaction: transaction.execute(_of(tenant).fail, values))


async def end_pending(tenant: Tenant, token: str) -> None:
    """It is used up. Raises SignInExpired when somebody else was faster."""
    values = {"token_hash": hash_token(token)}
    if not await tenant.database.write(lambda transaction: transaction.execute(_of(tenant).forget, values)):
        raise SignInExpired


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statements:
    insert: Statement
    find: Statement
    fail: Statement
    forget: Statement
    forget_old: Statement


def _of(tenant: Tenant) -> _Statements:
    return _statements(tenant.database.schema, tenant.database.dialect)


@lru_cache(maxsize=256)
def _statements(schema: str | None, dialect: DialectName) -> _Statements:
    table = platform_tables(schema).pending_sign_in
    names = ("token_hash", "user_id", "step", "subject", "expires_at")
    given = {name: sa.bindparam(name, type_=table.c[name].type) for name in names}
    now = sa.bindparam("now", type_=table.c.expires_at.type)
    is_it = table.c.token_hash == given["token_hash"]
    find = sa.select(table.c.user_id, table.c.step, table.c.subject).where(
        is_it, table.c.expires_at > now, table.c.failures < MOST_FAILURES
    )
    old = sa.and_(table.c.user_id == given["user_id"], table.c.expires_at <= now)
    return _Statements(
        insert=prepare(sa.insert(table).values({**given, "failures": 0}), dialect),
        find=prepare(find, dialect),
        fail=prepare(sa.update(table).where(is_it).values(failures=table.c.failures + 1), dialect),
        forget=prepare(sa.delete(table).where(is_it), dialect),
        forget_old=prepare(sa.delete(table).where(old), dialect),
    )
