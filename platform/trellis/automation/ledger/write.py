"""Notes of a transaction -> rows of the ledger, in that transaction: one for each record, or one for many of a bulk save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metamodel.columns import ColumnKind
from trellis.automation.hooks import SaveContext
from trellis.automation.ledger.content import Notes, dump_block, dump_notes
from trellis.automation.ledger.pending import Key, pending_of
from trellis.ids import new_id
from trellis.storage.codecs import encoder
from trellis.storage.database import Statement
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare_insert
from trellis.tenancy.compiled import CompiledModel

SINGLE_UP_TO = 20
BLOCK = 250


async def write_ledger(context: SaveContext) -> None:
    """Everything noted so far about records that are written. One executemany, none for nothing."""
    taken = pending_of(context).take()
    if not taken:
        return
    shared = _shared(context)
    if len(taken) <= SINGLE_UP_TO:
        table, rows = "ledger", [_single(key, notes, shared) for key, notes in taken.items()]
    else:
        by_object: dict[str, list[tuple[str, Notes]]] = {}
        for (object_name, record_id), notes in taken.items():
            by_object.setdefault(object_name, []).append((record_id, notes))
        table, rows = "ledger_block", [block for item in by_object.items() for block in _blocks(*item, shared)]
    await context.transaction.execute_many(_insert(context.compiled, table), rows)


def _single(key: Key, notes: Notes, shared: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"id": new_id(), "object": key[0], "record_id": key[1], "content": dump_notes(notes), **shared}


def _blocks(
    object_name: str, records: Sequence[tuple[str, Notes]], shared: Mapping[str, Any]
) -> Sequence[Mapping[str, Any]]:
    """In the order of ids, so that the ranges of the blocks are narrow."""
    records = sorted(records, key=lambda record: record[0])
    parts = [records[start : start + BLOCK] for start in range(0, len(records), BLOCK)]
    return [
        {
            "id": new_id(),
            "object": object_name,
            "first_id": part[0][0],
            "last_id": part[-1][0],
            "content": dump_block(part),
            **shared,
        }
        for part in parts
    ]


def _shared(context: SaveContext) -> Mapping[str, Any]:
    return {
        "decided_at": encoder(ColumnKind.DATETIME, context.compiled.dialect)(context.now),
        "actor_id": context.actor.user_id,
        "revision": context.compiled.revision,
    }


def _insert(compiled: CompiledModel, name: str) -> Statement:
    def made() -> Statement:
        table = getattr(platform_tables(compiled.schema), name)
        return prepare_insert(table, {column.name: column.name for column in table.columns}, compiled.dialect)

    return compiled.prepared(("automation", "insert", name), made)
