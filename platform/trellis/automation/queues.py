"""Queues as data: who sits at them now, and whose turn it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from metamodel.columns import ColumnKind
from trellis.automation.strategies import Member
from trellis.storage.codecs import list_encoder
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.expressions import any_of, is_flag
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel


async def fetch_members(
    transaction: Transaction, compiled: CompiledModel, queues: Collection[str]
) -> Mapping[str, tuple[Member, ...]]:
    """The members of each queue who are active and not absent, in the queue's order. One query."""
    statement = compiled.prepared(("automation", "members"), lambda: _members_query(compiled.schema, compiled.dialect))
    encode = list_encoder(ColumnKind.TEXT, transaction.dialect)
    found: dict[str, list[Member]] = {queue: [] for queue in queues}
    for queue, user_id, username, weight, capacity in await transaction.fetch(
        statement, {"queues": encode(sorted(queues))}
    ):
        found[queue].append(Member(user_id=user_id, username=username, weight=weight, capacity=capacity))
    return {queue: tuple(members) for queue, members in found.items()}


async def take_turns(transaction: Transaction, compiled: CompiledModel, whose: str, count: int) -> int:
    """Takes `count` turns at once and gives the first. `whose`: "queue:triage", "role:cfo". The counter's row stays locked until the
    transaction ends, so saves at the same time take different turns, and one that is rolled back leaves no gap."""
    statement = compiled.prepared(("automation", "turns"), lambda: _turns(compiled.schema, compiled.dialect))
    row = await transaction.fetch_one(statement, {"name": whose, "value": count})
    return int(row[0]) - count if row else 0


def _members_query(schema: str | None, dialect: DialectName) -> Statement:
    tables = platform_tables(schema)
    member, user = tables.queue_member, tables.user
    statement = (
        sa.select(member.c.queue, member.c.user_id, user.c.username, member.c.weight, member.c.capacity)
        .join(user, user.c.id == member.c.user_id)
        .where(
            any_of(member.c.queue, "queues", dialect),
            is_flag(member.c.is_absent, False, dialect),
            is_flag(user.c.is_active, True, dialect),
            user.c.deleted_at.is_(None),
        )
        .order_by(member.c.queue, member.c.position, member.c.user_id)
    )
    return prepare(statement, dialect)


def _turns(schema: str | None, dialect: DialectName) -> Statement:
    table = platform_tables(schema).counter
    values = {name: sa.bindparam(name, type_=table.c[name].type) for name in ("name", "value")}
    insert: Any = (postgresql if dialect == "postgresql" else sqlite).insert(table).values(values)
    added = {"value": table.c.value + insert.excluded.value}
    return prepare(insert.on_conflict_do_update(index_elements=["name"], set_=added).returning(table.c.value), dialect)
