"""Runs prepared queries: puts the parameters together, one statement for a page, a record or a count, and reads the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from metamodel.fields.field import FieldValueError
from trellis.errors import InvalidFilter, InvalidRequest
from trellis.ids import is_id
from trellis.query.child_rows import Reading
from trellis.query.computed import read_rows
from trellis.query.context import formula_parameters
from trellis.query.json_text import json_array, json_object
from trellis.query.plan import Plan, count_statement, page_statement, plan_query, record_statement, values_statement
from trellis.query.query import Page, Query, RecordBody
from trellis.query.sealed import hide_sealed
from trellis.query.stamp import STAMP_SIZE, check_stamp, credential_values
from trellis.query.statements import MOST_COUNTED, Shape
from trellis.security.access import Access
from trellis.security.actor import Actor
from trellis.storage.database import Row, Statement, Transaction
from trellis.storage.errors import StorageError, TookTooLong
from trellis.tenancy.compiled import CompiledModel


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPage:
    """`rows`: Python values by the names that were asked for."""

    rows: list[dict[str, Any]]
    next_cursor: str | None
    total: int | None = None
    total_is_exact: bool = True


async def fetch_page(
    tx: Transaction, compiled: CompiledModel, access: Access, actor: Actor, query: Query, now: datetime
) -> Page:
    """One statement. Raises StaleModel, NotAuthenticated, AccessDenied, NotFound, InvalidRequest, InvalidFilter."""
    reading = QueryReading(tx, compiled, access, actor, query, now)
    statement = page_statement(compiled, reading.plan, reading.shape)
    if statement is None:
        found = await _fetch_rows(reading)
        fields = {key: path.field for key, path in reading.plan.query.fields.items()}
        return Page(
            body=json_array(fields, found.rows),
            size=len(found.rows),
            next_cursor=found.next_cursor,
            total=found.total,
            total_is_exact=found.total_is_exact,
        )
    rows = await reading.run(statement)
    if compiled.dialect == "postgresql":
        return reading.page_of_one_row(rows[0])
    return reading.page_of_rows(rows)


async def fetch_row_page(
    tx: Transaction, compiled: CompiledModel, access: Access, actor: Actor, query: Query, now: datetime
) -> RowPage:
    """As fetch_page, with Python values."""
    return await _fetch_rows(QueryReading(tx, compiled, access, actor, query, now))


async def fetch_rows(
    tx: Transaction, compiled: CompiledModel, access: Access, actor: Actor, query: Query, now: datetime
) -> list[dict[str, Any]]:
    return (await fetch_row_page(tx, compiled, access, actor, query, now)).rows


async def fetch_record(
    tx: Transaction,
    compiled: CompiledModel,
    access: Access,
    actor: Actor,
    object_name: str,
    record_id: str,
    fields: tuple[str, ...],
    now: datetime,
) -> RecordBody | None:
    """One record, None when there is none that the actor may see. One statement."""
    reading = QueryReading(tx, compiled, access, actor, Query(object=object_name, fields=fields), now)
    record_id = str(record_id).lower()
    if not is_id(record_id):
        return None
    statement = record_statement(compiled, reading.plan, reading.shape)
    if statement is not None:
        row = (await reading.run(statement, {"record_id": record_id}))[0]
        found_it = row[STAMP_SIZE] is not None
        return RecordBody(body=row[STAMP_SIZE + 1].encode(), version=row[STAMP_SIZE + 2]) if found_it else None
    found = await _fetch_row(reading, record_id)
    if found is None:
        return None
    fields_by_key = {key: path.field for key, path in reading.plan.query.fields.items()}
    return RecordBody(body=json_object(fields_by_key, found[0]), version=found[1])


async def fetch_row(
    tx: Transaction,
    compiled: CompiledModel,
    access: Access,
    actor: Actor,
    object_name: str,
    record_id: str,
    fields: tuple[str, ...],
    now: datetime,
) -> dict[str, Any] | None:
    """As fetch_record, with Python values."""
    reading = QueryReading(tx, compiled, access, actor, Query(object=object_name, fields=fields), now)
    record_id = str(record_id).lower()
    found = await _fetch_row(reading, record_id) if is_id(record_id) else None
    return None if found is None else found[0]


async def fetch_sealed_row(
    tx: Transaction,
    compiled: CompiledModel,
    access: Access,
    actor: Actor,
    object_name: str,
    record_id: str,
    fields: tuple[str, ...],
    now: datetime,
) -> dict[str, Any] | None:
    """As fetch_row, with encrypted values as they are stored: for the one who opens them, and says so."""
    reading = QueryReading(tx, compiled, access, actor, Query(object=object_name, fields=fields), now)
    record_id = str(record_id).lower()
    found = await _fetch_row(reading, record_id, hides_sealed=False) if is_id(record_id) else None
    return None if found is None else found[0]


async def fetch_count(
    tx: Transaction, compiled: CompiledModel, access: Access, actor: Actor, query: Query, now: datetime
) -> tuple[int, bool]:
    """How many rows match, and whether that is exact; at most 10,000 are counted."""
    reading = QueryReading(tx, compiled, access, actor, query, now)
    row = (await reading.run(count_statement(compiled, reading.plan, reading.shape)))[0]
    return min(row[STAMP_SIZE], MOST_COUNTED), row[STAMP_SIZE] <= MOST_COUNTED


def reading_of(
    tx: Transaction, compiled: CompiledModel, access: Access, actor: Actor, query: Query, now: datetime
) -> QueryReading:
    """The plan and the parameters of a query, before it is run: for who wants to look at its statements."""
    return QueryReading(tx, compiled, access, actor, query, now)


async def _fetch_rows(reading: QueryReading) -> RowPage:
    made = values_statement(reading.compiled, reading.plan, reading.shape)
    rows = await reading.run(made.statement)
    start = reading.start
    found = [row for row in rows if row[start] is not None]
    limit, first, width = reading.query.limit, start + 1, len(made.reader.columns)
    total, is_exact = reading.total(rows[0])
    return RowPage(
        rows=hide_sealed(
            reading.compiled,
            reading.plan.query.fields,
            await read_rows(reading.rows, made.reader, [row[first : first + width] for row in found[:limit]]),
        ),
        next_cursor=reading.cursor_after(found[limit - 1][first + width :]) if len(found) > limit else None,
        total=total,
        total_is_exact=is_exact,
    )


async def _fetch_row(
    reading: QueryReading, record_id: str, *, hides_sealed: bool = True
) -> tuple[dict[str, Any], int] | None:
    made = values_statement(reading.compiled, reading.plan, reading.shape, of_one_record=True)
    row = (await reading.run(made.statement, {"record_id": record_id}))[0]
    if row[STAMP_SIZE] is None:
        return None
    found = await read_rows(reading.rows, made.reader, [row[STAMP_SIZE + 1 : -1]])
    (values,) = hide_sealed(reading.compiled, reading.plan.query.fields, found) if hides_sealed else found
    return values, row[-1]


class QueryReading:
    """One query being answered: its plan, the parameters of its statements."""

    def __init__(
        self, tx: Transaction, compiled: CompiledModel, access: Access, actor: Actor, query: Query, now: datetime
    ) -> None:
        self.tx = tx
        self.compiled = compiled
        self.actor = actor
        self.query = query
        self.now = now
        self.plan: Plan = plan_query(compiled, access, actor, query)
        self._after = None if query.cursor is None else self.plan.cursors.read(query.cursor)
        self.shape = Shape(
            limit=query.limit,
            after=None if self._after is None else tuple(value is None for value in self._after),
            count=query.count,
            with_credential=actor.credential_id is not None,
        )

    @property
    def start(self) -> int:
        """Where a row's own values begin."""
        return STAMP_SIZE + (1 if self.shape.count else 0)

    @property
    def rows(self) -> Reading:
        """Where formulas in Python find further rows, as the actor may see them."""
        return Reading(
            transaction=self.tx,
            compiled=self.compiled,
            actor=self.actor,
            now=self.now,
            row_filters=self.plan.query.row_filters,
            key=self.plan.key,
        )

    async def run(self, statement: Statement, more: Mapping[str, Any] | None = None) -> Sequence[Row]:
        """At least one row, with a stamp that holds."""
        values = await self.values(statement, more or {})
        try:
            rows = await self.tx.fetch(statement, values)
        except StorageError as error:
            if type(error) in (StorageError, TookTooLong) and self.query.filter is not None:
                raise InvalidFilter(
                    f"The database cannot evaluate the filter: {error.message}.", hint=error.hint
                ) from error
            raise
        check_stamp(rows[0], self.compiled.revision)
        return rows

    def page_of_rows(self, rows: Sequence[Row]) -> Page:
        start, limit = self.start, self.query.limit
        bodies = [row[start + 1] for row in rows if row[start] is not None]
        next_cursor = self.cursor_after(rows[limit - 1][start + 2 :]) if len(bodies) > limit else None
        total, is_exact = self.total(rows[0])
        return Page(
            body=f"[{','.join(bodies[:limit])}]".encode(),
            size=min(len(bodies), limit),
            next_cursor=next_cursor,
            total=total,
            total_is_exact=is_exact,
        )

    def page_of_one_row(self, row: Row) -> Page:
        start, limit = self.start, self.query.limit
        bodies, found = row[start], row[start + 1]
        total, is_exact = self.total(row)
        return Page(
            body=f"[{bodies or ''}]".encode(),
            size=min(found, limit),
            next_cursor=self.cursor_after(row[start + 2 :]) if found > limit else None,
            total=total,
            total_is_exact=is_exact,
        )

    def total(self, row: Row) -> tuple[int | None, bool]:
        if not self.shape.count:
            return None, True
        return min(row[STAMP_SIZE], MOST_COUNTED), row[STAMP_SIZE] <= MOST_COUNTED

    def cursor_after(self, keys: Sequence[Any]) -> str:
        return self.plan.cursors.write(keys)

    async def values(self, statement: Statement, more: Mapping[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = dict(more)
        for index, ((path, encode), (_, value)) in enumerate(zip(self.plan.equals, self.query.equals, strict=True)):
            values[f"equals_{index}"] = _equal_value(path.key, path.field.parse, encode, value)
        for index, value in enumerate(self._after or ()):
            values[f"after_{index}"] = value
        if self.shape.with_credential:
            values |= credential_values(self.actor, self.now, self.compiled.dialect)
        values.update(await formula_parameters(self.tx, self.compiled, self.actor, self.now, statement))
        return values


def _equal_value(key: str, parse: Any, encode: Any, value: object) -> Any:
    try:
        return encode(parse(value))
    except FieldValueError as error:
        raise InvalidRequest(f"{key}: {error.message}") from error
