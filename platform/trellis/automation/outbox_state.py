"""How delivery stands in one tenant: how much waits, fails, was given up, was delivered. For whoever watches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.storage.codecs import decoder, encoder
from trellis.storage.database import DialectName, Statement
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

MOST_COUNTED = 10_000
MOST_DEAD = 99
LATELY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxState:
    """Numbers of messages, each counted up to MOST_COUNTED + 1. `waiting`: to be tried for the first time, or under way; `retrying`:
    failed, and will be tried again; `dead`: given up; `delivered`: in the last 24 hours; `due_since`: since when the oldest one
    that is due waits, None when none is."""

    waiting: int
    retrying: int
    dead: int
    delivered: int
    due_since: datetime | None


async def get_outbox_state(tenant: Tenant, access: Access, actor: Actor, *, now: datetime) -> OutboxState:
    """One statement, by the index."""
    require(access, actor, "administer")
    database = tenant.database
    moment = encoder(ColumnKind.DATETIME, database.dialect)
    values = {"now": moment(now), "since": moment(now - LATELY)}
    statement = _statement(database.schema, database.dialect)
    row = await database.read(lambda transaction: transaction.fetch_one(statement, values))
    assert row is not None  # it reads no table but in its columns
    due_since = decoder(ColumnKind.DATETIME, database.dialect)(row[4])
    return OutboxState(
        waiting=int(row[0]), retrying=int(row[1]), dead=int(row[2]), delivered=int(row[3]), due_since=due_since
    )


async def count_dead(tenant: Tenant) -> int:
    """How many messages were given up, counted up to MOST_DEAD + 1. One statement."""
    database = tenant.database
    statement = _dead(database.schema, database.dialect)
    row = await database.read(lambda transaction: transaction.fetch_one(statement), is_brief=True)
    return int(row[0]) if row else 0


@lru_cache(maxsize=256)
def _dead(schema: str | None, dialect: DialectName) -> Statement:
    table = platform_tables(schema).outbox
    row: sa.ColumnClause[int] = sa.literal_column("1")
    some = sa.select(row).select_from(table).where(table.c.status == "dead").limit(MOST_DEAD + 1)
    return prepare(sa.select(sa.func.count()).select_from(some.subquery()), dialect)


@lru_cache(maxsize=256)
def _statement(schema: str | None, dialect: DialectName) -> Statement:
    table = platform_tables(schema).outbox
    moment = table.c.next_attempt_at.type
    status, at = table.c.status, table.c.next_attempt_at

    def number(*conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
        some = (
            sa.select(sa.literal_column("1")).select_from(table).where(*conditions).limit(MOST_COUNTED + 1).subquery()
        )
        return sa.select(sa.func.count()).select_from(some).scalar_subquery()

    is_new = table.c.attempts == 0
    due_since = (
        sa.select(at)
        .where(status == "pending", at <= sa.bindparam("now", type_=moment))
        .order_by(at)
        .limit(1)
        .scalar_subquery()
    )
    statement = sa.select(
        number(((status == "pending") & is_new) | (status == "leased")),
        number(status == "pending", ~is_new),
        number(status == "dead"),
        number(status == "done", at >= sa.bindparam("since", type_=moment)),
        due_since,
    )
    return prepare(statement, dialect)
