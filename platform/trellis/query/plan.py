"""What is prepared once for queries of one shape: the authorization, the cursor's form, the statements. Kept in the compiled model's
memo under the query's own text and the actor's access shape, so that a repeated request builds nothing."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import sqlalchemy as sa

from rule_engine import UnsupportedOnTarget
from trellis.errors import InvalidFilter, InvalidRequest
from trellis.query.authorize import AuthorizedQuery, authorize
from trellis.query.cursor import Cursors
from trellis.query.paths import FieldPath
from trellis.query.query import Query
from trellis.query.sealed import mark_of
from trellis.query.sealed_filters import with_marks
from trellis.query.source import Source
from trellis.query.statements import Shape, counted, json_page, json_record, sorted_by, value_page, value_record
from trellis.query.values import ValueReader
from trellis.security.access import Access
from trellis.security.actor import Actor
from trellis.storage.codecs import Codec, encoder
from trellis.storage.database import Statement
from trellis.storage.sqlite_parser import can_parse
from trellis.tenancy.compiled import CompiledModel

MAX_LIMIT = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`key` names it in the memo; `equals`: how the values that are compared become parameters."""

    key: tuple[Hashable, ...]
    query: AuthorizedQuery
    cursors: Cursors
    equals: tuple[tuple[FieldPath, Codec], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueStatement:
    statement: Statement
    reader: ValueReader


def plan_query(compiled: CompiledModel, access: Access, actor: Actor, query: Query) -> Plan:
    """Raises what authorize raises, and InvalidRequest for a limit or a sort that cannot be."""
    if isinstance(query.limit, bool) or not isinstance(query.limit, int) or not 1 <= query.limit <= MAX_LIMIT:
        raise InvalidRequest(f"limit is {query.limit!r:.40}; it must be from 1 to {MAX_LIMIT:,}.")
    access = access.of(compiled.model)
    equals = tuple((name, value is None) for name, value in query.equals)
    key = ("query", access.shape(actor), query.object, query.fields, query.filter, query.sort, equals)
    try:
        return compiled.prepared(key, lambda: _plan(compiled, key, authorize(compiled.model, access, actor, query)))
    except RecursionError as error:
        raise _too_deep() from error


def page_statement(compiled: CompiledModel, plan: Plan, shape: Shape) -> Statement | None:
    """None when a field has to be computed in Python; then the page is made from values."""
    return compiled.prepared(
        (*plan.key, "page", shape), lambda: _parsable(compiled, lambda: json_page(compiled, plan.query, shape))
    )


def record_statement(compiled: CompiledModel, plan: Plan, shape: Shape) -> Statement | None:
    """As page_statement, for one record by its id."""
    return compiled.prepared(
        (*plan.key, "record", shape), lambda: _parsable(compiled, lambda: json_record(compiled, plan.query, shape))
    )


def values_statement(
    compiled: CompiledModel, plan: Plan, shape: Shape, *, of_one_record: bool = False
) -> ValueStatement:
    """Formula fields that are nested too deeply for the database are computed in Python, with all others of the query. Raises
    InvalidFilter when the filter is."""

    def build() -> ValueStatement:
        for in_python in (False, True):
            made = _values(compiled, plan, shape, of_one_record=of_one_record, in_python=in_python)
            if made is not None:
                return made
        raise _too_deep()

    return compiled.prepared((*plan.key, "values", shape, of_one_record), build)


def count_statement(compiled: CompiledModel, plan: Plan, shape: Shape) -> Statement:
    """Raises InvalidFilter."""

    def build() -> Statement:
        made = _parsable(compiled, lambda: counted(compiled, plan.query, replace(shape, count=True)))
        if made is None:
            raise _too_deep()
        return made

    return compiled.prepared((*plan.key, "count", shape), build)


def _plan(compiled: CompiledModel, key: tuple[Hashable, ...], query: AuthorizedQuery) -> Plan:
    if query.filter is not None:
        query = replace(query, filter=with_marks(compiled, query.object, query.filter))
    source = Source(compiled.model, compiled.dialect, compiled.schema, query.object)
    order = ",".join(f"{path.key} {descending}" for path, descending in query.sort)
    cursors = Cursors(
        [(one.column, one.is_nullable) for one in sorted_by(source, query)], compiled.dialect, f"{query.object}:{order}"
    )
    equals = tuple((path, _encoder(compiled, path)) for path, _ in query.equals)
    return Plan(key=key, query=query, cursors=cursors, equals=equals)


def _encoder(compiled: CompiledModel, path: FieldPath) -> Codec:
    """How a value that is compared becomes a parameter: one of an encrypted field becomes its mark."""
    if path.field.encrypted:
        return partial(mark_of, compiled, path.objects[-1], path.field)
    return encoder(path.field.columns[0], compiled.dialect)


def _values(
    compiled: CompiledModel, plan: Plan, shape: Shape, *, of_one_record: bool, in_python: bool
) -> ValueStatement | None:
    readers: list[ValueReader] = []

    def columns(source: Source) -> Sequence[sa.ColumnElement[Any]]:
        readers.append(ValueReader(compiled, source, plan.query.fields, in_python=in_python))
        return readers[0].columns

    make = value_record if of_one_record else value_page
    statement = _parsable(compiled, lambda: make(compiled, plan.query, shape, columns))
    return None if statement is None else ValueStatement(statement=statement, reader=readers[0])


def _parsable(compiled: CompiledModel, make: Callable[[], Statement]) -> Statement | None:
    """None for a statement that the database has no functions for, or that is nested too deeply."""
    try:
        statement = make()
    except (UnsupportedOnTarget, RecursionError):
        return None
    return statement if compiled.dialect == "postgresql" or can_parse(statement.sql) else None


def _too_deep() -> InvalidFilter:
    return InvalidFilter(
        "The filter or the sort is nested too deeply for the database.", hint="Say it in fewer levels."
    )
