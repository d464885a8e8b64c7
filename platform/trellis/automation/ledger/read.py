"""Rows of the ledger -> what was noted about a record, or about all records of an object since some time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.automation.ledger.content import load_block, load_from_block, load_notes
from trellis.automation.ledger.note import Note
from trellis.storage.codecs import decoder, encoder
from trellis.storage.column_types import DATETIME, TEXT, UUID
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """What one transaction decided about one record. `id`: in the order of writing."""

    id: str
    object: str
    record_id: str
    decided_at: datetime
    actor_id: str | None
    revision: int
    notes: tuple[Note, ...]


async def fetch_ledger(
    transaction: Transaction, schema: str | None, object_name: str, record_id: str, *, limit: int
) -> list[LedgerRow]:
    """Those of one record, the newest first. Two statements: a block is read for one record of its many."""
    statements = _statements(schema, transaction.dialect)
    moment = decoder(ColumnKind.DATETIME, transaction.dialect)
    values = {"record_id": record_id, "limit": limit}
    singles = await transaction.fetch(statements.singles, values)
    blocks = await transaction.fetch(statements.blocks, {**values, "object": object_name})
    rows = [(row, load_notes(row[5])) for row in singles]
    rows += [(row, load_from_block(row[5], record_id)) for row in blocks]
    found = [
        LedgerRow(
            id=str(row[0]),
            object=row[1],
            record_id=record_id,
            decided_at=moment(row[2]),
            actor_id=row[3],
            revision=row[4],
            notes=notes,
        )
        for row, notes in rows
        if notes
    ]
    return sorted(found, key=lambda row: row.id, reverse=True)[:limit]


async def fetch_ledger_since(
    transaction: Transaction, schema: str | None, object_name: str, since: datetime, *, after: str = "", limit: int
) -> list[LedgerRow]:
    """Those of all records of an object since a moment, the oldest first. `after`: the id of the last row read before; `limit`: of
    rows of the tables, of which a block gives one for each of its records. Two statements."""
    statements = _statements(schema, transaction.dialect)
    moment = decoder(ColumnKind.DATETIME, transaction.dialect)
    values = {
        "object": object_name,
        "since": encoder(ColumnKind.DATETIME, transaction.dialect)(since),
        "after": after or "00000000-0000-0000-0000-000000000000",
        "limit": limit,
    }
    singles = await transaction.fetch(statements.singles_since, values)
    blocks = await transaction.fetch(statements.blocks_since, values)
    found = [(row, row[6], load_notes(row[5])) for row in singles]
    found += [(row, record_id, notes) for row in blocks for record_id, notes in load_block(row[5]).items()]
    end = min((str(rows[-1][0]) for rows in (singles, blocks) if len(rows) == limit), default=None)
    rows = [
        LedgerRow(
            id=str(row[0]),
            object=row[1],
            record_id=record_id,
            decided_at=moment(row[2]),
            actor_id=row[3],
            revision=row[4],
            notes=notes,
        )
        for row, record_id, notes in found
        if end is None or str(row[0]) <= end
    ]
    return sorted(rows, key=lambda row: row.id)


@dataclass(frozen=True, slots=True)
class _Statements:
    singles: Statement
    blocks: Statement
    singles_since: Statement
    blocks_since: Statement


@lru_cache(maxsize=256)
def _statements(schema: str | None, dialect: DialectName) -> _Statements:
    tables = platform_tables(schema)
    single, block = tables.ledger, tables.ledger_block
    names = ("id", "object", "decided_at", "actor_id", "revision", "content")
    record_id, object_name = sa.bindparam("record_id", type_=UUID), sa.bindparam("object", type_=TEXT)
    limit = sa.bindparam("limit", type_=sa.Integer())
    since, after = sa.bindparam("since", type_=DATETIME), sa.bindparam("after", type_=UUID)
    of_one = (
        sa.select(*(single.c[name] for name in names))
        .where(single.c.record_id == record_id)
        .order_by(single.c.id.desc())
        .limit(limit)
    )
    around = sa.select(*(block.c[name] for name in names)).where(
        block.c.object == object_name, block.c.last_id >= record_id, block.c.first_id <= record_id
    )
    of_all = [
        sa.select(*(table.c[name] for name in names), *more)
        .where(table.c.object == object_name, table.c.decided_at >= since, table.c.id > after)
        .order_by(table.c.id)
        .limit(limit)
        for table, more in ((single, [single.c.record_id]), (block, []))
    ]
    return _Statements(*(prepare(one, dialect) for one in (of_one, around, *of_all)))
