"""Who owned each record before its present owner: noted whenever an owner changes, for rules that give records back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from metamodel.columns import ColumnKind
from trellis.automation.hooks import SaveContext
from trellis.records.draft import Draft
from trellis.storage.codecs import list_encoder
from trellis.storage.database import Statement, Transaction
from trellis.storage.expressions import any_of
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel


async def note_previous_owners(context: SaveContext, object_name: str, drafts: Sequence[Draft]) -> None:
    """One executemany for the drafts whose owner was somebody else before, none when there are none. Nobody is no previous owner: who
    owned a record before it waited in a queue still is."""
    rows = [
        {"record_id": draft.change.id, "object": object_name, "owner": old}
        for draft in drafts
        if (old := (draft.change.old or {}).get("owner")) is not None and old != draft.values["owner"]
    ]
    if rows:
        compiled = context.compiled
        statement = compiled.prepared(("records", "note owners"), lambda: _upsert(compiled))
        await context.transaction.execute_many(statement, rows)


async def fetch_previous_owners(
    transaction: Transaction, compiled: CompiledModel, ids: Collection[str]
) -> Mapping[str, str]:
    """By id of the record; those that have had one owner only are missing. One query, none for no records."""
    if not ids:
        return {}
    statement = compiled.prepared(("records", "previous owners"), lambda: _query(compiled))
    encode = list_encoder(ColumnKind.UUID, transaction.dialect)
    return {row[0]: row[1] for row in await transaction.fetch(statement, {"ids": encode(sorted(ids))})}


def _upsert(compiled: CompiledModel) -> Statement:
    table = platform_tables(compiled.schema).previous_owner
    values = {name: sa.bindparam(name, type_=table.c[name].type) for name in ("record_id", "object", "owner")}
    insert: Any = (postgresql if compiled.dialect == "postgresql" else sqlite).insert(table).values(values)
    changed = insert.on_conflict_do_update(index_elements=["record_id"], set_={"owner": insert.excluded.owner})
    return prepare(changed, compiled.dialect)


def _query(compiled: CompiledModel) -> Statement:
    table = platform_tables(compiled.schema).previous_owner
    chosen = sa.select(table.c.record_id, table.c.owner).where(any_of(table.c.record_id, "ids", compiled.dialect))
    return prepare(chosen, compiled.dialect)
