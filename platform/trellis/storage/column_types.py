"""The SQL types of both databases, as SQLAlchemy types that render right on either: the storage forms written down once.

SQLite tables are STRICT, so everything there is TEXT or INTEGER. Text compares by code point on both (PostgreSQL: COLLATE "C").
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from metamodel.columns import Column, ColumnKind

SqlType = sa.types.TypeEngine[Any]


def _either(on_postgresql: SqlType, on_sqlite: SqlType) -> SqlType:
    return on_postgresql.with_variant(on_sqlite, "sqlite")


def text_type(length: int | None = None) -> SqlType:
    """Text of at most `length` characters; SQLite does not hold the limit, the write pipeline does."""
    on_postgresql: SqlType = sa.Text(collation="C") if length is None else sa.String(length, collation="C")
    return _either(on_postgresql, sa.Text())


def decimal_type(precision: int, scale: int) -> SqlType:
    """Exact numbers: numeric on PostgreSQL, an INTEGER scaled by 10^scale on SQLite."""
    return _either(sa.Numeric(precision, scale), sa.Integer())


BOOLEAN = _either(sa.Boolean(), sa.Integer())
DATE = _either(sa.Date(), sa.Text())
DATETIME = _either(postgresql.TIMESTAMP(timezone=True, precision=3), sa.Text())
TIME = _either(postgresql.TIME(precision=3), sa.Text())
UUID = _either(sa.Uuid(as_uuid=False), sa.Text())
TEXT = text_type()
TEXT_LIST = _either(postgresql.ARRAY(sa.Text(collation="C")), sa.Text())
INTEGER = _either(sa.BigInteger(), sa.Integer())

_FIXED = {
    ColumnKind.BOOLEAN: BOOLEAN,
    ColumnKind.DATE: DATE,
    ColumnKind.DATETIME: DATETIME,
    ColumnKind.TIME: TIME,
    ColumnKind.UUID: UUID,
    ColumnKind.TEXT_LIST: TEXT_LIST,
    ColumnKind.INTEGER: INTEGER,
}


def column_type(column: Column) -> SqlType:
    """The SQL type that stores a column of the metamodel."""
    if column.kind is ColumnKind.TEXT:
        return text_type(column.length)
    if column.kind is ColumnKind.DECIMAL:
        return decimal_type(column.precision or 18, column.scale or 0)
    return _FIXED[column.kind]
