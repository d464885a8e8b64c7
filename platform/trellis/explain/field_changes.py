"""The history of a record's tracked fields, as it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.automation.payload import unmark_value
from trellis.storage.codecs import decoder
from trellis.storage.column_types import UUID
from trellis.storage.database import DialectName, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare

_COLUMNS = ("id", "field", "before", "after", "changed_at", "changed_by", "rule", "revision")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """`field`: its name at that time; `before` and `after`: Python values; `rule`: the one that set it, None for a person."""

    id: str
    field: str
    before: Any
    after: Any
    changed_at: datetime
    changed_by: str | None
    rule: str | None
    revision: int


async def fetch_field_changes(
    transaction: Transaction, schema: str | None, record_id: str, *, limit: int
) -> list[FieldChange]:
    """The newest first. One statement."""
    moment = decoder(ColumnKind.DATETIME, transaction.dialect)
    statement = _statement(schema, transaction.dialect)
    rows = await transaction.fetch(statement, {"record_id": record_id, "limit": limit})
    return [
        FieldChange(
            id=str(row[0]),
            field=row[1],
            before=_value(row[2]),
            after=_value(row[3]),
            changed_at=moment(row[4]),
            changed_by=row[5],
            rule=row[6],
            revision=row[7],
        )
        for row in rows
    ]


def _value(text: str | None) -> Any:
    return None if text is None else unmark_value(orjson.loads(text))


@lru_cache(maxsize=256)
def _statement(schema: str | None, dialect: DialectName) -> Statement:
    table = platform_tables(schema).field_history
    chosen = (
        sa.select(*(table.c[name] for name in _COLUMNS))
        .where(table.c.record_id == sa.bindparam("record_id", type_=UUID))
        .order_by(table.c.id.desc())
        .limit(sa.bindparam("limit", type_=sa.Integer()))
    )
    return prepare(chosen, dialect)
