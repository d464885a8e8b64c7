"""What is prepared once for queries of one shape: the authorization, the cursor's form, the statements. Kept in the compiled model's
memo under the query's own text and the actor's access shape, so that a repeated request builds nothing."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

from rule_engine import UnsupportedOnTarget
from trellis.errors import InvalidRequest
from trellis.query.authorize import AuthorizedQuery, authorize
from trellis.query.cursor import Cursors
from trellis.query.paths import FieldPath
from trellis.query.query import Query
from trellis.query.source import Source
from trellis.query.statements import Shape, counted, json_page, json_record, sorted_by, value_page, value_record
from trellis.query.values import ValueReader
from trellis.security.access import Access
from trellis.security.actor import Actor
from trellis.storage.codecs import Codec, encoder
from trellis.storage.database import Statement
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
    equals = tuple((name, value is None) for name, value in query.equals)
    key = ("query", access.shape(actor), query.object, query.fields, query.filter, query.sort, equals)
    return compiled.prepared(key, lambda: _plan(compiled, key, authorize(compiled.model, access, actor, query)))


def page_statement(compiled: CompiledModel, plan: Plan, shape: Shape) -> Statement | None:
    """None when a field has to be computed in Python; then the page is made from values."""

    def build() -> Statement | None:
        try:
            return json_page(compiled, plan.query, shape)
        except UnsupportedOnTarget:
            return None

    return compiled.prepared((*plan.key, "page", shape), build)


def record_statement(compiled: CompiledModel, plan: Plan, shape: Shape) -> Statement | None:
    """As page_statement, for one record by its id."""

    def build() -> Statement | None:
        try:
            return json_record(compiled, plan.query, shape)
        except UnsupportedOnTarget:
            return None

    return compiled.prepared((*plan.key, "record", shape), build)


def values_statement(
    compiled: CompiledModel, plan: Plan, shape: Shape, *, of_one_record: bool = False
) -> ValueStatement:
    def build() -> ValueStatement:
        readers: list[ValueReader] = []

        def read(source: Source) -> ValueReader:
            readers.append(ValueReader(compiled, source, plan.query.fields))
            return readers[0]

        make = value_record if of_one_record else value_page
        statement = make(compiled, plan.query, shape, lambda source: read(source).columns)
        return ValueStatement(statement=statement, reader=readers[0])

    return compiled.prepared((*plan.key, "values", shape, of_one_record), build)


def count_statement(compiled: CompiledModel, plan: Plan, shape: Shape) -> Statement:
    return compiled.prepared(
        (*plan.key, "count", shape), lambda: counted(compiled, plan.query, replace(shape, count=True))
    )


def _plan(compiled: CompiledModel, key: tuple[Hashable, ...], query: AuthorizedQuery) -> Plan:
    source = Source(compiled.model, compiled.dialect, compiled.schema, query.object)
    order = ",".join(f"{path.key} {descending}" for path, descending in query.sort)
    cursors = Cursors(
        [(one.column, one.is_nullable) for one in sorted_by(source, query)], compiled.dialect, f"{query.object}:{order}"
    )
    equals = tuple((path, encoder(path.field.columns[0], compiled.dialect)) for path, _ in query.equals)
    return Plan(key=key, query=query, cursors=cursors, equals=equals)
