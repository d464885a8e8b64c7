"""What is to happen at a time of its own, as rows of the transaction that makes it necessary; `firing.py` brings it about."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from metamodel.columns import ColumnKind
from trellis.automation.hooks import SaveContext
from trellis.automation.payload import dump_payload
from trellis.ids import new_id
from trellis.storage.codecs import encoder, list_encoder
from trellis.storage.database import Statement, Transaction
from trellis.storage.expressions import any_of
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """`key`: what it is, whatever its time; a tenant has one of each. `kind`: what fires it. `actor_id`: the user in whose name it acts,
    None: in that of an administrator. `payload`: JSON and field values."""

    key: str
    kind: str
    due_at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)
    object: str | None = None
    record_id: str | None = None
    rule: str | None = None
    actor_id: str | None = None


async def write_timers(context: SaveContext, timers: Sequence[Timer]) -> None:
    """One executemany. A timer that is there already gets the new time and payload, and begins anew."""
    await write_timers_in(context.transaction, context.compiled, timers, context.now)


async def write_timers_in(
    transaction: Transaction,
    compiled: CompiledModel,
    timers: Sequence[Timer],
    now: datetime,
    *,
    are_new: bool = False,
) -> None:
    """The same outside of a save. `are_new`: a timer that is there already stays as it is."""
    if not timers:
        return
    statement = compiled.prepared(("timing", "write", are_new), lambda: _insert(compiled, are_new=are_new))
    moment = encoder(ColumnKind.DATETIME, compiled.dialect)
    created_at = moment(now)
    rows = [
        {
            "id": new_id(),
            "key": timer.key,
            "kind": timer.kind,
            "object": timer.object,
            "record_id": timer.record_id,
            "rule": timer.rule,
            "actor_id": timer.actor_id,
            "payload": dump_payload(dict(timer.payload)),
            "due_at": moment(timer.due_at),
            "status": "waiting",
            "attempts": 0,
            "next_attempt_at": moment(timer.due_at),
            "last_error": None,
            "created_at": created_at,
        }
        for timer in {timer.key: timer for timer in timers}.values()
    ]
    await transaction.execute_many(statement, rows)


async def cancel_timers(context: SaveContext, keys: Collection[str]) -> None:
    """Those that are there. One statement."""
    await cancel_timers_in(context.transaction, context.compiled, keys)


async def cancel_timers_in(transaction: Transaction, compiled: CompiledModel, keys: Collection[str]) -> None:
    """The same outside of a save."""
    if not keys:
        return
    statement = compiled.prepared(("timing", "cancel"), lambda: _cancel(compiled))
    encode = list_encoder(ColumnKind.TEXT, compiled.dialect)
    await transaction.execute(statement, {"keys": encode(sorted(keys))})


async def cancel_timers_of(context: SaveContext, kind: str, record_ids: Collection[str]) -> None:
    """All of one kind that are about any of the records. One statement."""
    if not record_ids:
        return
    compiled = context.compiled
    statement = compiled.prepared(("timing", "cancel of records"), lambda: _cancel_of(compiled))
    encode = list_encoder(ColumnKind.UUID, compiled.dialect)
    await context.transaction.execute(statement, {"of_kind": kind, "ids": encode(sorted(record_ids))})


COLUMNS = (
    *("id", "key", "kind", "object", "record_id", "rule", "actor_id", "payload"),
    *("due_at", "status", "attempts", "next_attempt_at", "last_error", "created_at"),
)
_KEPT = frozenset(("id", "key"))


def _insert(compiled: CompiledModel, *, are_new: bool) -> Statement:
    table = platform_tables(compiled.schema).timer
    insert = postgresql.insert if compiled.dialect == "postgresql" else sqlite.insert
    statement = insert(table).values({name: sa.bindparam(name, type_=table.c[name].type) for name in COLUMNS})
    if are_new:
        return prepare(statement.on_conflict_do_nothing(index_elements=["key"]), compiled.dialect)
    news = {name: statement.excluded[name] for name in COLUMNS if name not in _KEPT}
    return prepare(statement.on_conflict_do_update(index_elements=["key"], set_=news), compiled.dialect)


def _cancel(compiled: CompiledModel) -> Statement:
    table = platform_tables(compiled.schema).timer
    return prepare(sa.delete(table).where(any_of(table.c.key, "keys", compiled.dialect)), compiled.dialect)


def _cancel_of(compiled: CompiledModel) -> Statement:
    table = platform_tables(compiled.schema).timer
    is_it = any_of(table.c.record_id, "ids", compiled.dialect) & (
        table.c.kind == sa.bindparam("of_kind", type_=sa.Text())
    )
    return prepare(sa.delete(table).where(is_it), compiled.dialect)
