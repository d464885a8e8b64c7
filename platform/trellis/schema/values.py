"""SQL that turns stored values into others: text of any type, numbers of another scale. One expression for each database."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from metamodel.columns import Column
from trellis.storage.database import DialectName

Expression = sa.ColumnElement[Any]


def converted(how: str, column: Column, target: Column, dialect: DialectName) -> Expression:
    """The value of `column` as `target` stores it. `how` as in Conversion.how."""
    value: Expression = sa.column(column.name)
    if how == "same":
        return value
    if how == "rescale":
        return _rescaled(value, column, target, dialect)
    return _as_text(how.removesuffix("_to_text"), value, column, dialect)


def _rescaled(value: Expression, column: Column, target: Column, dialect: DialectName) -> Expression:
    """Checked before: no digit is lost. SQLite stores the number without its point."""
    if dialect == "postgresql":
        return value
    more = (target.scale or 0) - (column.scale or 0)
    factor: Expression = sa.literal_column(str(10 ** abs(more)))
    return value * factor if more > 0 else value.op("/")(factor)


def _as_text(kind: str, value: Expression, column: Column, dialect: DialectName) -> Expression:
    on_postgresql = dialect == "postgresql"
    if kind == "boolean":
        truth = value if on_postgresql else value == sa.literal_column("1")
        text = sa.case((truth, sa.literal_column("'true'")), else_=sa.literal_column("'false'"))
        return sa.case((value.is_(None), sa.null()), else_=text)
    if kind == "decimal" and not on_postgresql:
        return _decimal_text(value, column.scale or 0)
    if kind == "datetime" and on_postgresql:
        moment = sa.func.timezone(sa.literal_column("'UTC'"), value)
        return sa.func.to_char(moment, sa.literal_column("""'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'"""))
    if kind == "time" and on_postgresql:
        return sa.func.to_char(value, sa.literal_column("'HH24:MI:SS.MS'"))
    if kind == "text_list":
        return _list_text(value, dialect)
    return sa.cast(value, sa.Text()) if on_postgresql else value


def _decimal_text(value: Expression, scale: int) -> Expression:
    """Exactly `scale` decimals, as PostgreSQL writes them: -5 with scale 2 is -0.05."""
    if scale == 0:
        return sa.cast(value, sa.Text())
    factor: Expression = sa.literal_column(str(10**scale))
    size = sa.func.abs(value)
    sign = sa.case((value < sa.literal_column("0"), sa.literal_column("'-'")), else_=sa.literal_column("''"))
    pattern: Expression = sa.literal_column(f"'%s%d.%0{scale}d'")
    text = sa.func.printf(pattern, sign, size.op("/")(factor), size.op("%")(factor))
    return sa.case((value.is_(None), sa.null()), else_=text)


def _list_text(value: Expression, dialect: DialectName) -> Expression:
    if dialect == "postgresql":
        return sa.func.array_to_string(sa.cast(value, postgresql.ARRAY(sa.Text())), sa.literal_column("';'"))
    items = sa.func.json_each(value).table_valued("value")
    return sa.select(sa.func.group_concat(items.c.value, sa.literal_column("';'"))).select_from(items).scalar_subquery()
