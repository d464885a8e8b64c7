"""Authorized query -> one SQL statement, made once for its shape. Parameters: limit, fetch, equals_0…, after_0…, record_id, the stamp's
and the formulas' own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from rule_engine import UnsupportedOnTarget
from trellis.errors import InvalidFilter, InvalidRequest
from trellis.query.authorize import AuthorizedQuery
from trellis.query.json_form import record_json
from trellis.query.order import SortKey, after, order_by, sort_keys
from trellis.query.source import Source
from trellis.query.stamp import stamp_columns
from trellis.storage.column_types import INTEGER, UUID
from trellis.storage.database import Statement
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

MOST_COUNTED = 10_000

Columns = Sequence[sa.ColumnElement[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a statement is made for, besides the query. `after`: which sort values of the cursor are blank, None without a cursor."""

    after: tuple[bool, ...] | None = None
    count: bool = False
    with_credential: bool = False


def json_page(compiled: CompiledModel, query: AuthorizedQuery, shape: Shape) -> Statement:
    """SQLite: a row for each record, (stamp, total?, body, keys…), body NULL when there is none. PostgreSQL: one row,
    (stamp, total?, bodies, how many, keys of row `limit`…). Raises UnsupportedOnTarget when a field needs Python."""
    source = _source(compiled, query)
    body = record_json(source, query.fields).label("body")
    keys = sorted_by(source, query)
    rows = _select(source, query, keys, [body], shape)
    if compiled.dialect == "sqlite":
        return _stamped_rows(compiled, query, rows, shape)
    numbered = rows.add_columns(sa.func.row_number().over(order_by=order_by(source, keys)).label("n")).subquery("p")
    wanted = numbered.c.n <= sa.bindparam("limit", type_=INTEGER)
    bodies = sa.func.string_agg(numbered.c.body, aggregate_order_by(sa.literal_column("','"), numbered.c.n)).filter(
        wanted
    )
    last = numbered.c.n == sa.bindparam("limit", type_=INTEGER)
    ends = [sa.func.array_agg(numbered.c[f"k{index}"]).filter(last)[1] for index in range(len(keys))]
    return prepare(sa.select(*_head(compiled, query, shape), bodies, sa.func.count(), *ends), compiled.dialect)


def value_page(
    compiled: CompiledModel, query: AuthorizedQuery, shape: Shape, values: Callable[[Source], Columns]
) -> Statement:
    """A row for each record, (stamp, total?, id, values…, keys…), id NULL when there is none."""
    source = _source(compiled, query)
    outputs = _row_values(source, values(source))
    rows = _select(source, query, sorted_by(source, query), outputs, shape)
    return _stamped_rows(compiled, query, rows, shape)


def json_record(compiled: CompiledModel, query: AuthorizedQuery, shape: Shape) -> Statement:
    """One row: (stamp, body, version), body NULL when there is no such record. Raises UnsupportedOnTarget."""
    source = _source(compiled, query)
    return _one_row(compiled, query, source, [record_json(source, query.fields).label("body"), _version(source)], shape)


def value_record(
    compiled: CompiledModel, query: AuthorizedQuery, shape: Shape, values: Callable[[Source], Columns]
) -> Statement:
    """One row: (stamp, id, values…, version), id NULL when there is no such record."""
    source = _source(compiled, query)
    return _one_row(compiled, query, source, [*_row_values(source, values(source)), _version(source)], shape)


def counted(compiled: CompiledModel, query: AuthorizedQuery, shape: Shape) -> Statement:
    """One row: (stamp, how many, at most one more than MOST_COUNTED)."""
    return prepare(sa.select(*_head(compiled, query, shape)), compiled.dialect)


def sorted_by(source: Source, query: AuthorizedQuery) -> tuple[SortKey, ...]:
    try:
        return sort_keys(source, query.sort)
    except UnsupportedOnTarget as error:
        raise InvalidRequest(f"The database cannot sort by that formula field: {error}.") from error


def _source(compiled: CompiledModel, query: AuthorizedQuery, alias: str = "t") -> Source:
    return Source(compiled.model, compiled.dialect, compiled.schema, query.object, query.row_filters, alias)


def _row_values(source: Source, values: Columns) -> list[sa.ColumnElement[Any]]:
    return [source.root.c.id.label("row_id"), *(one.label(f"v{index}") for index, one in enumerate(values))]


def _version(source: Source) -> sa.ColumnElement[Any]:
    version = source.root.c.version if "version" in source.root.c else sa.literal_column("1")
    return version.label("row_version")


def _select(
    source: Source, query: AuthorizedQuery, keys: Sequence[SortKey], outputs: Columns, shape: Shape
) -> sa.Select[Any]:
    conditions = _conditions(source, query)
    if shape.after is not None:
        conditions.append(after(keys, shape.after))
    order = order_by(source, keys)
    ends = [key.expression.label(f"k{index}") for index, key in enumerate(keys)]
    chosen = sa.select(*outputs, *ends).select_from(source.from_clause).where(*conditions)
    return chosen.order_by(*order).limit(sa.bindparam("fetch", type_=INTEGER))


def _one_row(
    compiled: CompiledModel, query: AuthorizedQuery, source: Source, outputs: Columns, shape: Shape
) -> Statement:
    conditions = [*source.visible(), source.root.c.id == sa.bindparam("record_id", type_=UUID)]
    row = sa.select(*outputs).select_from(source.from_clause).where(*conditions)
    return _stamped_rows(compiled, query, row, shape)


def _conditions(source: Source, query: AuthorizedQuery) -> list[sa.ColumnElement[bool]]:
    conditions = source.visible()
    for index, (path, is_blank) in enumerate(query.equals):
        column = source.columns(path.names, path.field)[0]
        conditions.append(
            column.is_(None) if is_blank else column == sa.bindparam(f"equals_{index}", type_=column.type)
        )
    if query.filter is not None:
        try:
            conditions.append(source.condition(query.filter))
        except UnsupportedOnTarget as error:
            raise InvalidFilter(
                f"The database cannot filter by that: {error}.", hint="Filter by stored fields."
            ) from error
    return conditions


def _head(compiled: CompiledModel, query: AuthorizedQuery, shape: Shape) -> list[sa.ColumnElement[Any]]:
    stamp = stamp_columns(platform_tables(compiled.schema), with_credential=shape.with_credential)
    return [*stamp, _total(compiled, query)] if shape.count else stamp


def _total(compiled: CompiledModel, query: AuthorizedQuery) -> sa.ColumnElement[Any]:
    """How many rows match, at most one more than MOST_COUNTED."""
    source = _source(compiled, query, alias="c")
    conditions = _conditions(source, query)
    most: sa.ColumnElement[Any] = sa.literal_column(str(MOST_COUNTED + 1))
    some: sa.Select[Any] = (
        sa.select(sa.literal_column("1").label("one")).select_from(source.from_clause).where(*conditions).limit(most)
    )
    return (
        sa.select(sa.func.count())
        .select_from(some.correlate(None).subquery("counted"))
        .scalar_subquery()
        .label("total")
    )


def _stamped_rows(compiled: CompiledModel, query: AuthorizedQuery, rows: sa.Select[Any], shape: Shape) -> Statement:
    """The rows, each with the stamp; one row with the stamp alone when there are none."""
    found = rows.subquery("p")
    one = sa.select(sa.literal_column("1").label("one")).subquery("one")
    joined = sa.outerjoin(one, found, sa.literal_column("1") == sa.literal_column("1"))
    return prepare(sa.select(*_head(compiled, query, shape), *found.c).select_from(joined), compiled.dialect)
