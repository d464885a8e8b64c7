"""What waits in the bin: removed fields and objects, with where their data is and how it was stored. Rows of trellis_bin as data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from metamodel.columns import Column, ColumnKind
from metamodel.fields.field import Field
from trellis.storage.codecs import datetime_text, decoder
from trellis.storage.database import DialectName
from trellis.storage.platform_tables import platform_tables

KEPT = timedelta(days=30)
PREFIX = "trellis_bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class BinnedField:
    """`names`: what its columns are called in the bin, one for each of `columns`, which are as the field last had them."""

    type_name: str
    columns: tuple[Column, ...]
    names: tuple[str, ...]

    def fits(self, field: Field) -> bool:
        """Whether its values can be those of `field` again: the same type, stored the same way, in no less room."""
        if self.type_name != field.type_name or len(self.columns) != len(field.columns):
            return False
        return all(_fits(old, new) for old, new in zip(self.columns, field.columns, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class BinEntry:
    """One thing in the bin. A field: `object` is its table, `field` its name, `fields` itself alone. An object: `field` is None,
    `table` what its table is called meanwhile, `fields` all that were stored."""

    number: int
    object: str
    field: str | None
    table: str
    fields: Mapping[str, BinnedField]
    revision: int
    removed_at: datetime
    removed_by: str | None
    expires_at: datetime

    @property
    def only_field(self) -> BinnedField:
        return next(iter(self.fields.values()))


def binned_field(field: Field, number: int | None) -> BinnedField:
    """`number`: of its own entry, None when it keeps its columns' names inside a binned table."""
    names = (column.name for column in field.columns)
    if number is not None:
        names = (f"{PREFIX}_{number}_{place}" for place, _ in enumerate(field.columns))
    return BinnedField(type_name=field.type_name, columns=field.columns, names=tuple(names))


def load_bin(connection: sa.Connection, dialect: DialectName) -> tuple[BinEntry, ...]:
    """All entries, the latest first."""
    table = platform_tables(None).bin
    rows = connection.execute(sa.select(table).order_by(table.c.number.desc()))
    decode = decoder(ColumnKind.DATETIME, dialect)
    return tuple(_entry(row._mapping, decode) for row in rows)


def insertion(entry: BinEntry, dialect: DialectName) -> sa.Insert:
    removed_at, expires_at = _moment(entry.removed_at, dialect), _moment(entry.expires_at, dialect)
    return sa.insert(platform_tables(None).bin).values(
        number=entry.number,
        object=entry.object,
        field=entry.field,
        content=_content(entry),
        revision=entry.revision,
        removed_at=removed_at,
        removed_by=entry.removed_by,
        expires_at=expires_at,
    )


def deletion(number: int) -> sa.Delete:
    table = platform_tables(None).bin
    return sa.delete(table).where(table.c.number == number)


def relocation(old: str, new: str) -> sa.Update:
    """The binned fields of a table whose name changes go with it."""
    table = platform_tables(None).bin
    return sa.update(table).where(table.c.object == old, table.c.field.is_not(None)).values(object=new)


def _entry(row: Mapping[Any, Any], decode: Any) -> BinEntry:
    content = json.loads(row["content"])
    fields = {
        name: BinnedField(
            type_name=field["type"],
            columns=tuple(Column(**{**column, "kind": ColumnKind(column["kind"])}) for column in field["columns"]),
            names=tuple(field["names"]),
        )
        for name, field in content["fields"].items()
    }
    removed_by = row["removed_by"]
    return BinEntry(
        number=row["number"],
        object=row["object"],
        field=row["field"],
        table=content["table"],
        fields=fields,
        revision=row["revision"],
        removed_at=decode(row["removed_at"]),
        removed_by=None if removed_by is None else str(removed_by),
        expires_at=decode(row["expires_at"]),
    )


def _content(entry: BinEntry) -> str:
    fields = {
        name: {"type": field.type_name, "columns": [asdict(column) for column in field.columns], "names": field.names}
        for name, field in entry.fields.items()
    }
    return json.dumps({"table": entry.table, "fields": fields}, ensure_ascii=False)


def _moment(value: datetime, dialect: DialectName) -> Any:
    return value if dialect == "postgresql" else datetime_text(value)


def _fits(old: Column, new: Column) -> bool:
    same = (old.kind, old.scale, old.references) == (new.kind, new.scale, new.references)
    return same and _room(new.length) >= _room(old.length) and (new.precision or 0) >= (old.precision or 0)


def _room(length: int | None) -> int:
    return 10**9 if length is None else length


def in_force(entries: Sequence[BinEntry], now: datetime) -> tuple[BinEntry, ...]:
    """Those that have not expired."""
    return tuple(entry for entry in entries if entry.expires_at > now)
