"""Authorized query -> one SQL statement, made once for its shape. Parameters: equals_0…, after_0…, record_id, the stamp's and the
formulas' own. The limit is text: with a parameter PostgreSQL would plan the statement anew each time it runs.
"""

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
from trellis.query.paths import get_object, lookup_target
from trellis.query.source import ROWID, Source
from trellis.query.stamp import stamp_columns
from trellis.storage.column_types import UUID
from trellis.storage.database import Statement
from trellis.storage.platform_tables import PlatformTables, platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

MOST_COUNTED = 10_000

Element = sa.ColumnElement[Any]
Columns = Sequence[Element]
Outputs = Callable[[Source], Columns]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a statement is made for, besides the query. A page has one row more than `limit`, which says whether more follow. `after`:
    which sort values of the cursor are blank, None without a cursor."""

    limit: int = 1
    after: tuple[bool, ...] | None = None
    count: bool = False
    with_credential: bool = False


def json_page(compiled: CompiledModel, query: AuthorizedQuery, shape: Shape) -> Statement:
    """SQLite: a row for each record, (stamp, total?, row, body, keys…), `row` NULL when there is none. PostgreSQL: one row,
    (stamp, total?, bodies, how many, keys of record `limit`…). Raises UnsupportedOnTarget when a field needs Python."""
    if compiled.dialect == "sqlite":
        return _late_page(compiled, query, shape, lambda source: [record_json(source, query.fields)])
    source = _source(compiled, query)
    body = record_json(source, query.fields).label("body")
    keys = sorted_by(source, query)
    number = sa.func.row_number().over(order_by=order_by(source, keys)).label("n")
    rows = _select(source, query, keys, [body, number], shape).subquery("p")
    wanted, last = rows.c.n <= _number(shape.limit), rows.c.n == _number(shape.limit)
    bodies = sa.func.string_agg(rows.c.body, aggregate_order_by(sa.literal_column("','"), rows.c.n)).filter(wanted)
    first = sa.literal_column("1", sa.Integer())
    ends = [sa.func.array_agg(rows.c[f"k{index}"]).filter(last)[first] for index in range(len(keys))]
    return prepare(sa.select(*_head(compiled, query, shape), bodies, sa.func.count(), *ends), compiled.dialect)


def value_page(compiled: CompiledModel, query: AuthorizedQuery, shape: Shape, values: Outputs) -> Statement:
    """A row for each record, (stamp, total?, row, values…, keys…), `row` NULL when there is none."""
    if compiled.dialect == "sqlite":
        return _late_page(compiled, query, shape, values)
    source = _source(compiled, query)
    outputs = [source.root.c.id.label("row"), *_labelled(values(source))]
    rows = _select(source, query, sorted_by(source, query), outputs, shape)
    return _stamped(compiled, query, rows, shape)


def json_record(compiled: CompiledModel, query: AuthorizedQuery, shape: Shape) -> Statement:
    """One row: (stamp, row, body, version), `row` NULL when there is no such record. Raises UnsupportedOnTarget."""
    return value_record(compiled, query, shape, lambda source: [record_json(source, query.fields)])


def value_record(compiled: CompiledModel, query: AuthorizedQuery, shape: Shape, values: Outputs) -> Statement:
    """One row: (stamp, row, values…, version), `row` NULL when there is no such record."""
    source = _source(compiled, query, of_one=True)
    outputs = [source.root.c.id.label("row"), *_labelled(values(source)), _version(source)]
    conditions = [*source.visible(), source.root.c.id == sa.bindparam("record_id", type_=UUID)]
    row = sa.select(*outputs).select_from(source.from_clause).where(*conditions)
    return _stamped(compiled, query, row, shape)


def counted(compiled: CompiledModel, query: AuthorizedQuery, shape: Shape) -> Statement:
    """One row: (stamp, how many, at most one more than MOST_COUNTED)."""
    return prepare(sa.select(*_head(compiled, query, shape)), compiled.dialect)


def sorted_by(source: Source, query: AuthorizedQuery) -> tuple[SortKey, ...]:
    try:
        return sort_keys(source, query.sort)
    except UnsupportedOnTarget as error:
        raise InvalidRequest(f"The database cannot sort by that formula field: {error}.") from error


def tables_of(compiled: CompiledModel) -> PlatformTables:
    return compiled.prepared(("query", "tables"), lambda: platform_tables(compiled.schema))


def _source(compiled: CompiledModel, query: AuthorizedQuery, alias: str = "t", *, of_one: bool = False) -> Source:
    return Source(
        compiled.model, compiled.dialect, compiled.schema, query.object, query.row_filters, alias, of_one=of_one
    )


def _version(source: Source) -> Element:
    version = source.root.c.version if "version" in source.root.c else sa.literal_column("1")
    return version.label("row_version")


def _labelled(values: Columns) -> list[Element]:
    return [value.label(f"v{index}") for index, value in enumerate(values)]


def _number(value: int) -> Element:
    return sa.literal_column(str(value), sa.Integer())


def _select(
    source: Source, query: AuthorizedQuery, keys: Sequence[SortKey], outputs: Columns, shape: Shape
) -> sa.Select[Any]:
    """The page's rows in order: `outputs`, then the sort keys."""
    conditions = _conditions(source, query)
    if shape.after is not None:
        conditions.append(after(keys, shape.after))
    order = order_by(source, keys)
    ends = [key.expression.label(f"k{index}") for index, key in enumerate(keys)]
    chosen = sa.select(*outputs, *ends).select_from(source.from_clause).where(*conditions)
    return chosen.order_by(*order).limit(_number(shape.limit + 1))


def _late_page(compiled: CompiledModel, query: AuthorizedQuery, shape: Shape, values: Outputs) -> Statement:
    """SQLite sorts whole rows, with whatever is computed from them; so the rows are chosen and sorted first, by their keys alone, and
    only those of the page are read and computed."""
    source, shown = _source(compiled, query), _source(compiled, query, alias="s")
    keys = sorted_by(source, query)
    picked = _select(source, query, keys, [source.root.c[ROWID].label("row")], shape).subquery("p")
    outputs = values(shown)
    found = sa.outerjoin(_one(), picked, sa.literal_column("1") == sa.literal_column("1"))
    rows = shown.joined_to(sa.outerjoin(found, shown.root, shown.root.c[ROWID] == picked.c.row))
    ends = [picked.c[f"k{index}"] for index in range(len(keys))]
    chosen = sa.select(*_head(compiled, query, shape), picked.c.row, *_labelled(outputs), *ends)
    return prepare(chosen.select_from(rows), compiled.dialect)


def _conditions(source: Source, query: AuthorizedQuery) -> list[sa.ColumnElement[bool]]:
    conditions = source.visible(in_key_order=_is_best_in_key_order(source, query))
    for index, (path, is_blank) in enumerate(query.equals):
        column = source.columns(path.names, path.field)[-1]
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


def _is_best_in_key_order(source: Source, query: AuthorizedQuery) -> bool:
    """Whether rows in the order of their ids are wanted and no index finds them: SQLite would rather read all of any index and sort."""
    if query.sort or query.equals:
        return False
    owner = get_object(source.model, query.object)
    first = {index.fields[0] for index in owner.indexes}
    named = {reference.path[0] for reference in query.filter.references} if query.filter else set()
    fields = (owner.fields[name] for name in named)
    return not any(one.indexed or one.unique or lookup_target(one) or one.name in first for one in fields)


def _head(compiled: CompiledModel, query: AuthorizedQuery, shape: Shape) -> list[sa.ColumnElement[Any]]:
    stamp = stamp_columns(tables_of(compiled), with_credential=shape.with_credential)
    return [*stamp, _total(compiled, query)] if shape.count else stamp


def _total(compiled: CompiledModel, query: AuthorizedQuery) -> sa.ColumnElement[Any]:
    """How many rows match, at most one more than MOST_COUNTED."""
    source = _source(compiled, query, alias="c")
    most: sa.ColumnElement[Any] = sa.literal_column(str(MOST_COUNTED + 1))
    one: sa.ColumnElement[Any] = sa.literal_column("1").label("one")
    # An OR would have the database read every row that it counts, or all; each part by itself is counted in its index.
    by_parts = query.filter is None and not query.equals
    # Before FROM is asked for: the conditions join what they name.
    conditions = source.seen_by_arms() if by_parts else [_conditions(source, query)]
    parts = [sa.select(one).select_from(source.from_clause).where(*part).correlate(None) for part in conditions]
    some = (sa.union_all(*parts) if len(parts) > 1 else parts[0]).limit(most)
    return sa.select(sa.func.count()).select_from(some.subquery("counted")).scalar_subquery().label("total")


def _one() -> sa.FromClause:
    return sa.select(sa.literal_column("1").label("one")).subquery("one")


def _stamped(compiled: CompiledModel, query: AuthorizedQuery, rows: sa.Select[Any], shape: Shape) -> Statement:
    """The rows, each with the stamp; one row with the stamp alone when there are none."""
    found = rows.subquery("p")
    joined = sa.outerjoin(_one(), found, sa.literal_column("1") == sa.literal_column("1"))
    return prepare(sa.select(*_head(compiled, query, shape), *found.c).select_from(joined), compiled.dialect)
