"""The rows of the directory: which tenants there are, and where each one's database is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.errors import Conflict
from trellis.storage.codecs import decoder, encoder
from trellis.storage.column_types import DATETIME, TEXT
from trellis.storage.database import Database, Row
from trellis.storage.errors import UniqueViolation
from trellis.storage.prepare import prepare


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantEntry:
    """`server`: a PostgreSQL URL, "" for the settings' own; `location`: the schema there, or the SQLite file below the data folder."""

    name: str
    label: str
    server: str
    location: str
    created_at: datetime


class Entries:
    """trellis_tenant as data."""

    def __init__(self, database: Database) -> None:
        self._database = database
        table = _table(database.schema)
        dialect = database.dialect
        by_name = table.c.name == sa.bindparam("by_name")
        self._insert = prepare(sa.insert(table), dialect)
        self._delete = prepare(sa.delete(table).where(by_name), dialect)
        self._all = prepare(sa.select(table).order_by(table.c.name), dialect)
        self._one = prepare(sa.select(table).where(by_name), dialect)
        self._encode = encoder(ColumnKind.DATETIME, dialect)
        self._decode = decoder(ColumnKind.DATETIME, dialect)

    async def fetch(self) -> tuple[TenantEntry, ...]:
        rows = await self._database.read(lambda tx: tx.fetch(self._all))
        return tuple(self._entry(row) for row in rows)

    async def find(self, name: str) -> TenantEntry | None:
        row = await self._database.read(lambda tx: tx.fetch_one(self._one, {"by_name": name}))
        return None if row is None else self._entry(row)

    async def save(self, entry: TenantEntry) -> None:
        """Raises Conflict when the name is taken."""
        values: dict[str, Any] = {
            "name": entry.name,
            "label": entry.label,
            "server": entry.server,
            "location": entry.location,
            "created_at": self._encode(entry.created_at),
        }
        try:
            await self._database.write(lambda tx: tx.execute(self._insert, values))
        except UniqueViolation as error:
            raise Conflict(f"there is a tenant {entry.name} already", hint="Choose another name.") from error

    async def delete(self, name: str) -> None:
        await self._database.write(lambda tx: tx.execute(self._delete, {"by_name": name}))

    def _entry(self, row: Row) -> TenantEntry:
        name, label, server, location, created_at = row
        return TenantEntry(
            name=name, label=label, server=server, location=location, created_at=self._decode(created_at)
        )


def _table(schema: str | None) -> sa.Table:
    return sa.Table(
        "trellis_tenant",
        sa.MetaData(schema=schema),
        sa.Column("name", TEXT, primary_key=True),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("server", TEXT, nullable=False),
        sa.Column("location", TEXT, nullable=False),
        sa.Column("created_at", DATETIME, nullable=False),
    )
