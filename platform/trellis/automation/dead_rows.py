"""Outbox rows that delivery has given up: looking at them, and putting them back in line once their cause is mended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.errors import NotFound
from trellis.ids import is_id
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.storage.codecs import decoder, encoder
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadRow:
    """`kind`: email or in_app; `object` and `record_id`: what it is about; `attempts`: how often it was tried; `error`: the last."""

    id: str
    kind: str
    object: str | None
    record_id: str | None
    rule: str | None
    attempts: int
    error: str | None
    created_at: datetime
    given_up_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadRows:
    """The newest, and how many there are in all."""

    rows: tuple[DeadRow, ...]
    total: int


async def list_dead(tenant: Tenant, access: Access, actor: Actor, *, limit: int) -> DeadRows:
    """Newest first. Two statements."""
    require(access, actor, "administer")
    database = tenant.database
    statements = _statements(database.schema, database.dialect)
    moment = decoder(ColumnKind.DATETIME, database.dialect)

    async def work(transaction: Transaction) -> DeadRows:
        rows = await transaction.fetch(statements.newest, {"limit": limit})
        count = await transaction.fetch_one(statements.count)
        found = (dict(zip(_COLUMNS, row, strict=True)) for row in rows)
        return DeadRows(
            rows=tuple(
                DeadRow(
                    id=row["id"],
                    kind=row["kind"],
                    object=row["object"],
                    record_id=row["record_id"],
                    rule=row["rule"],
                    attempts=row["attempts"],
                    error=row["last_error"],
                    created_at=moment(row["created_at"]),
                    given_up_at=moment(row["done_at"]),
                )
                for row in found
            ),
            total=int(count[0]) if count else 0,
        )

    return await database.read(work)


async def replay_all(tenant: Tenant, access: Access, actor: Actor, *, now: datetime) -> int:
    """Gives how many are pending again, to be tried as often as new ones. Their keys stay: a channel knows what it delivered before."""
    require(access, actor, "administer")
    database = tenant.database
    values = {"now": encoder(ColumnKind.DATETIME, database.dialect)(now)}
    statement = _statements(database.schema, database.dialect).replay_all
    return await database.write(lambda transaction: transaction.execute(statement, values))


async def replay_one(tenant: Tenant, access: Access, actor: Actor, row_id: str, *, now: datetime) -> None:
    """The same for one. Raises NotFound, also for a row that is not dead."""
    require(access, actor, "administer")
    database = tenant.database
    values = {"now": encoder(ColumnKind.DATETIME, database.dialect)(now), "id": row_id}
    statement = _statements(database.schema, database.dialect).replay_one
    if not is_id(row_id) or not await database.write(lambda transaction: transaction.execute(statement, values)):
        raise NotFound(f'There is no dead row "{row_id[:60]}".', hint="`trellis outbox list` shows them.")


_COLUMNS = ("id", "kind", "object", "record_id", "rule", "attempts", "last_error", "created_at", "done_at")


@dataclass(frozen=True, slots=True)
class _Statements:
    newest: Statement
    count: Statement
    replay_all: Statement
    replay_one: Statement


@lru_cache(maxsize=256)
def _statements(schema: str | None, dialect: DialectName) -> _Statements:
    table = platform_tables(schema).outbox
    is_dead = table.c.status == "dead"
    newest = (
        sa.select(*(table.c[name] for name in _COLUMNS))
        .where(is_dead)
        .order_by(table.c.next_attempt_at.desc(), table.c.id.desc())
        .limit(sa.bindparam("limit", type_=sa.Integer()))
    )
    count = sa.select(sa.func.count()).select_from(table).where(is_dead)
    now = sa.bindparam("now", type_=table.c.next_attempt_at.type)
    replay_all = sa.update(table).where(is_dead).values(status="pending", attempts=0, next_attempt_at=now, done_at=None)
    replay_one = replay_all.where(table.c.id == sa.bindparam("id", type_=table.c.id.type))
    return _Statements(*(prepare(statement, dialect) for statement in (newest, count, replay_all, replay_one)))
