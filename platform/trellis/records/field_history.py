"""What became of tracked fields: for each change what was there before, what came of it, by whom, and by which rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from metamodel.columns import ColumnKind
from metamodel.definitions import Object
from trellis.automation.hooks import SaveContext
from trellis.automation.payload import mark_value
from trellis.ids import new_id
from trellis.records.draft import Draft
from trellis.storage.codecs import encoder
from trellis.storage.database import Statement
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare_insert
from trellis.tenancy.compiled import CompiledModel


async def write_field_history(context: SaveContext, owner: Object, drafts: Sequence[Draft]) -> None:
    """For records that were there before and are written now, with their new versions. One executemany, none when no tracked field
    changed."""
    compiled = context.compiled
    tracked = compiled.prepared(("records", "tracked", owner.name), lambda: owner.tracked)
    if not tracked:
        return
    shared = {
        "object": owner.name,
        "changed_at": encoder(ColumnKind.DATETIME, compiled.dialect)(context.now),
        "changed_by": context.actor.user_id,
        "revision": compiled.revision,
    }
    rows = [{**row, **shared} for draft in drafts for row in _rows(context, draft, tracked)]
    if rows:
        statement = compiled.prepared(("records", "insert field history"), lambda: _insert(compiled))
        await context.transaction.execute_many(statement, rows)


def _rows(context: SaveContext, draft: Draft, tracked: Sequence[str]) -> list[Mapping[str, Any]]:
    change, old = draft.change, draft.change.old or {}
    of_save = context.chain[-1] if context.chain else None
    return [
        {
            "id": new_id(),
            "record_id": change.id,
            "field": name,
            "before": _text(old.get(name)),
            "after": _text(change.values[name]),
            "rule": change.set_by.get(name, of_save),
            "version": change.values["version"],
        }
        for name in tracked
        if change.values[name] != old.get(name)
    ]


def _text(value: Any) -> str | None:
    return None if value is None else orjson.dumps(mark_value(value)).decode()


def _insert(compiled: CompiledModel) -> Statement:
    table = platform_tables(compiled.schema).field_history
    return prepare_insert(table, {column.name: column.name for column in table.columns}, compiled.dialect)
