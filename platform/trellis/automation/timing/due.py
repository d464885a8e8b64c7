"""SQL of timers whose time has come: claiming them, and what becomes of those that fail. No decision about what they do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from metamodel.columns import ColumnKind
from trellis.automation.payload import dump_payload, load_payload
from trellis.automation.timing.handler import DueTimer
from trellis.automation.timing.timers import COLUMNS
from trellis.storage.codecs import decoder, encoder, list_encoder
from trellis.storage.database import Statement, Transaction
from trellis.storage.expressions import any_of
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

AT_ONCE = 10_000
"""How many timers one transaction fires: as many as a save may have records."""
MAX_ERROR = 2_000
_ROW = ("id", "key", "kind", "object", "record_id", "rule", "actor_id", "due_at", "payload", "attempts", "created_at")
_GROUP = ("kind", "object", "rule", "actor_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """`retry_at` None: given up."""

    timer: DueTimer
    error: str
    retry_at: datetime | None


async def fetch_state(transaction: Transaction, compiled: CompiledModel, now: datetime) -> tuple[int, bool]:
    """The revision in force, and whether any timer is due. One read of two rows."""
    statements = _statements(compiled)
    row = await transaction.fetch_one(statements.state, {"now": encoder(ColumnKind.DATETIME, compiled.dialect)(now)})
    return (int(row[0]), row[1] is not None) if row else (-1, False)


async def claim_group(transaction: Transaction, compiled: CompiledModel, now: datetime) -> tuple[DueTimer, ...]:
    """Takes away timers that are due: those that belong together with the oldest that nobody else is at. Two statements."""
    statements = _statements(compiled)
    moment = encoder(ColumnKind.DATETIME, compiled.dialect)(now)
    group = await transaction.fetch_one(statements.oldest, {"now": moment})
    if group is None:
        return ()
    values = {"now": moment, **{f"of_{name}": value for name, value in zip(_GROUP, group, strict=True)}}
    return _read(compiled, await transaction.fetch(statements.claim_group, values))


async def claim_ids(
    transaction: Transaction, compiled: CompiledModel, ids: Sequence[str], now: datetime
) -> tuple[DueTimer, ...]:
    """The same of certain timers, so far as they are still due and nobody else is at them."""
    values = {
        "ids": list_encoder(ColumnKind.UUID, compiled.dialect)(sorted(ids)),
        "now": encoder(ColumnKind.DATETIME, compiled.dialect)(now),
    }
    return _read(compiled, await transaction.fetch(_statements(compiled).claim_ids, values))


async def put_back(transaction: Transaction, compiled: CompiledModel, failures: Sequence[Failure]) -> None:
    """Timers that failed. One that was written anew meanwhile stays as that."""
    moment = encoder(ColumnKind.DATETIME, compiled.dialect)
    rows = [
        {
            **{name: getattr(failure.timer, name) for name in (*_GROUP, "id", "key", "record_id")},
            "payload": dump_payload(dict(failure.timer.payload)),
            "due_at": moment(failure.timer.due_at),
            "status": "waiting" if failure.retry_at else "dead",
            "attempts": failure.timer.attempts + 1,
            "next_attempt_at": moment(failure.retry_at or failure.timer.due_at),
            "last_error": failure.error[:MAX_ERROR],
            "created_at": moment(failure.timer.created_at),
        }
        for failure in failures
    ]
    if rows:
        await transaction.execute_many(_statements(compiled).put_back, rows)


def _read(compiled: CompiledModel, rows: Sequence[Sequence[Any]]) -> tuple[DueTimer, ...]:
    moment = decoder(ColumnKind.DATETIME, compiled.dialect)
    convert: Mapping[str, Any] = {"due_at": moment, "created_at": moment, "payload": load_payload}
    timers = (
        DueTimer(**{name: convert[name](value) if name in convert else value for name, value in pairs})
        for pairs in (zip(_ROW, row, strict=True) for row in rows)
    )
    return tuple(sorted(timers, key=lambda timer: (timer.due_at, timer.id)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statements:
    state: Statement
    oldest: Statement
    claim_group: Statement
    claim_ids: Statement
    put_back: Statement


def _statements(compiled: CompiledModel) -> _Statements:
    return compiled.prepared(("timing", "due"), lambda: _build(compiled))


def _build(compiled: CompiledModel) -> _Statements:
    tables, dialect = platform_tables(compiled.schema), compiled.dialect
    table, state = tables.timer, tables.state
    now = sa.bindparam("now", type_=table.c.next_attempt_at.type)
    is_due = (table.c.status == "waiting") & (table.c.next_attempt_at <= now)
    order = (table.c.next_attempt_at, table.c.id)
    is_of_group = sa.and_(
        *(
            table.c[name].is_not_distinct_from(sa.bindparam(f"of_{name}", type_=table.c[name].type, required=True))
            for name in _GROUP
        )
    )

    def claim(condition: sa.ColumnElement[bool]) -> Statement:
        # A CTE with FOR UPDATE runs once; a plain sub-select may run again for each row.
        free = (
            sa.select(table.c.id)
            .where(condition)
            .order_by(*order)
            .limit(sa.literal_column(str(AT_ONCE), sa.Integer()))
            .with_for_update(skip_locked=True)
            .cte("free")
        )
        taken = sa.delete(table).where(table.c.id.in_(sa.select(free.c.id)))
        return prepare(taken.returning(*(table.c[name] for name in _ROW)), dialect)

    values = {name: sa.bindparam(name, type_=table.c[name].type) for name in COLUMNS}
    insert = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table).values(values)
    any_due = sa.select(sa.literal_column("1")).select_from(table).where(is_due).limit(1).scalar_subquery()
    oldest = sa.select(*(table.c[name] for name in _GROUP)).where(is_due).order_by(*order).limit(1)
    return _Statements(
        state=prepare(sa.select(state.c.revision, any_due), dialect),
        oldest=prepare(oldest.with_for_update(skip_locked=True), dialect),
        claim_group=claim(is_due & is_of_group),
        claim_ids=claim(is_due & any_of(table.c.id, "ids", dialect)),
        put_back=prepare(insert.on_conflict_do_nothing(index_elements=["key"]), dialect),
    )
