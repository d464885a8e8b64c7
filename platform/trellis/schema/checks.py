"""Checks that data must pass before a change: each is a query that finds the rows in the way. Data in, SQL out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import sqlalchemy as sa

from metamodel.columns import Column, ColumnKind
from rule_engine.wording import Wording
from trellis.schema.values import converted
from trellis.storage.codecs import decoder
from trellis.storage.column_types import column_type
from trellis.storage.database import DialectName

Rule = Literal[
    "any_row",
    "blank",
    "duplicate",
    "too_long",
    "converted_too_long",
    "too_many_digits",
    "too_many_decimals",
    "unknown_value",
]
SAMPLE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """`columns` of `table`, as both are named now. `target`: the column as it will be; `values`: those a picklist knows;
    `message`: what is wrong with the rows it finds, `hint`: how to mend it."""

    rule: Rule
    table: str
    columns: tuple[Column, ...]
    message: Wording
    hint: Wording
    target: Column | None = None
    conversion: str = "same"
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`code`: the rule that the rows break; `rows`: how many are in the way; `sample`: some of them, by field; `id` where a row is one
    record."""

    code: Rule
    message: Wording
    hint: Wording
    rows: int
    sample: tuple[dict[str, Any], ...]

    def without_values(self) -> Finding:
        """The ids of the rows, where each is one record."""
        return replace(self, sample=tuple({"id": row["id"]} for row in self.sample if "id" in row))

    def to_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "rows": self.rows,
            "sample": list(self.sample),
        }


def run_check(connection: sa.Connection, check: Check, dialect: DialectName) -> Finding | None:
    """What is in the way, None when nothing is. At most two queries."""
    query, names = _query(check, dialect)
    found = connection.execute(query.limit(SAMPLE)).all()
    if not found:
        return None
    total = len(found)
    if total == SAMPLE:
        total = connection.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one()
    sample = _sample(found, names, check, dialect)
    return Finding(code=check.rule, message=check.message, hint=check.hint, rows=total, sample=sample)


def count_rows(connection: sa.Connection, table: str, columns: Sequence[Column] = ()) -> int:
    """The rows of a table, or those with a value in one of `columns`."""
    query = sa.select(sa.func.count()).select_from(sa.table(table))
    if columns:
        query = query.where(sa.or_(*(sa.column(column.name).is_not(None) for column in columns)))
    return int(connection.execute(query).scalar_one())


def _query(check: Check, dialect: DialectName) -> tuple[sa.Select[Any], tuple[str, ...]]:
    """The rows in the way and what their columns are called."""
    columns = [sa.column(column.name, column_type(column)) for column in check.columns]
    table = sa.table(check.table, sa.column("id"), sa.column("deleted_at"), *columns)
    live = table.c.deleted_at.is_(None)
    names = tuple(column.name for column in check.columns)
    if check.rule == "duplicate":
        count = sa.func.count().label("rows")
        query = sa.select(*columns, count).select_from(table).where(live, *(column.is_not(None) for column in columns))
        return query.group_by(*columns).having(sa.func.count() > 1), (*names, "rows")
    query = sa.select(sa.cast(table.c.id, sa.Text()), *columns).select_from(table)
    if check.rule == "any_row":
        return query.where(live), ("id", *names)
    if check.rule == "blank":
        return query.where(live, sa.or_(*(column.is_(None) for column in columns))), ("id", *names)
    return query.where(_in_the_way(check, columns[0], dialect)), ("id", *names)


def _in_the_way(check: Check, value: sa.ColumnElement[Any], dialect: DialectName) -> sa.ColumnElement[bool]:
    source, target = check.columns[0], check.target or check.columns[0]
    if check.rule == "unknown_value":
        return _holds_others(source, value, check.values, dialect)
    if check.rule == "too_long":
        return sa.func.length(value) > target.length
    if check.rule == "converted_too_long":
        return sa.func.length(converted(check.conversion, source, target, dialect)) > target.length
    stored: sa.ColumnElement[Any] = sa.column(source.name)
    scale = source.scale or 0
    unit = 1 if dialect == "postgresql" else 10**scale
    if check.rule == "too_many_digits":
        limit = 10 ** ((target.precision or 18) - (target.scale or 0))
        return sa.func.abs(stored) >= sa.literal_column(str(limit * unit))
    step = 10 ** (scale - (target.scale or 0))
    if dialect == "postgresql":
        return sa.func.trunc(stored, sa.literal_column(str(target.scale or 0))) != stored
    return stored.op("%")(sa.literal_column(str(step))) != sa.literal_column("0")


def _holds_others(
    column: Column, value: sa.ColumnElement[Any], known: tuple[str, ...], dialect: DialectName
) -> sa.ColumnElement[bool]:
    if column.kind is not ColumnKind.TEXT_LIST:
        return sa.and_(value.is_not(None), value.not_in(known))
    if dialect == "postgresql":
        is_known: sa.ColumnElement[bool] = value.op("<@", is_comparison=True)(
            sa.literal(list(known), column_type(column))
        )
        return sa.not_(is_known)
    items = sa.func.json_each(value).table_valued("value")
    return sa.exists(sa.select(items.c.value).where(items.c.value.not_in(known)))


def holds_any(
    column: Column, value: sa.ColumnElement[Any], wanted: tuple[str, ...], dialect: DialectName
) -> sa.ColumnElement[bool]:
    """Whether a picklist's column, or one of several values, holds one of `wanted`."""
    if column.kind is not ColumnKind.TEXT_LIST:
        return value.in_(wanted)
    if dialect == "postgresql":
        return value.op("&&", is_comparison=True)(sa.literal(list(wanted), column_type(column)))
    items = sa.func.json_each(value).table_valued("value")
    return sa.exists(sa.select(items.c.value).where(items.c.value.in_(wanted)))


def _sample(
    rows: Sequence[sa.Row[Any]], names: tuple[str, ...], check: Check, dialect: DialectName
) -> tuple[dict[str, Any], ...]:
    decoders = {column.name: decoder(column, dialect) for column in check.columns}
    kinds = {column.name: column.kind for column in check.columns}

    def readable(name: str, value: Any) -> Any:
        if name not in decoders or value is None:
            return value
        decoded = decoders[name](value)
        return decoded if kinds[name] in (ColumnKind.BOOLEAN, ColumnKind.INTEGER) else str(decoded)

    return tuple({name: readable(name, value) for name, value in zip(names, row, strict=True)} for row in rows)
