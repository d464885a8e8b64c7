"""SQL that differs between the two databases, as SQLAlchemy expressions, so that nobody else asks which one it is."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from trellis.storage.database import DialectName


def any_of(column: sa.ColumnElement[Any], parameter: str, dialect: DialectName) -> sa.ColumnElement[bool]:
    """`column` is one of many values, given as the single parameter that codecs.list_encoder makes: one SQL text for any number."""
    if dialect == "postgresql":
        array = sa.bindparam(parameter, type_=postgresql.ARRAY(column.type))
        return column == sa.func.any(array)
    values = sa.func.json_each(sa.bindparam(parameter, type_=sa.Text())).table_valued("value")
    return column.in_(sa.select(values.c.value))


def is_flag(column: sa.ColumnElement[Any], value: bool, dialect: DialectName) -> sa.ColumnElement[bool]:
    """A stored boolean is `value`."""
    return column.is_(sa.true() if value else sa.false()) if dialect == "postgresql" else column == int(value)


def ignoring_case(column: sa.ColumnElement[Any], dialect: DialectName) -> sa.ColumnElement[Any]:
    """How lists sort text: ASCII letters without case, everything else by code point."""
    if dialect == "postgresql":
        return sa.func.lower(sa.collate(column, "C"))
    return sa.collate(column, "NOCASE")
