"""A person -> the records that are theirs: those that have their address or number, and those whose marked lookups lead there.

Reads the tables as they are, whoever may see the records and also those in the bin: whoever asks may erase."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from metamodel.definitions import Object
from metamodel.fields.contact import EmailField, PhoneField
from metamodel.fields.field import Field
from metamodel.fields.sealed import Sealed
from metamodel.model import Model
from trellis.errors import InvalidRequest, NotFound
from trellis.privacy.data_map import MarkedObject, data_map
from trellis.privacy.subject import Subject
from trellis.query.sealed import mark_of
from trellis.query.source import DELETED_AT
from trellis.records.shape import object_table
from trellis.storage.codecs import decoder, list_encoder
from trellis.storage.database import Row, Transaction
from trellis.storage.expressions import any_of
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

MOST_RECORDS = 2_000

Why = Literal["named", "email", "phone", "link"]
Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRecord:
    """`why` it is theirs: it was named, has their address or number in `field`, or its lookup `field` leads to a record of theirs.
    `values`: of the marked fields that are stored, as Python values, encrypted ones sealed."""

    object: str
    id: str
    version: int
    is_in_bin: bool
    why: Why
    field: str | None
    values: Mapping[str, Any]

    @property
    def key(self) -> Key:
        return self.object, self.id


async def find_records(transaction: Transaction, compiled: CompiledModel, subject: Subject) -> tuple[FoundRecord, ...]:
    """In the order in which they were found. A query for each marked address and number, and for each marked lookup of each step.
    Raises NotFound for a record that is not there, InvalidRequest when there are too many."""
    search = _Search(transaction, compiled)
    await search.begin(subject)
    await search.follow()
    return tuple(search.found.values())


class _Search:
    def __init__(self, transaction: Transaction, compiled: CompiledModel) -> None:
        self.found: dict[Key, FoundRecord] = {}
        self._transaction = transaction
        self._compiled = compiled
        self._marked = {one.object.name: one for one in data_map(compiled.model)}
        self._new: list[FoundRecord] = []
        self._tables: dict[str, Any] = {}

    async def begin(self, subject: Subject) -> None:
        if subject.record is not None:
            name, record_id = subject.record
            target = _object(self._compiled.model, name)
            condition = any_of(self._table(target).c.id, "wanted", self._compiled.dialect)
            await self._add(target, condition, self._ids([record_id]), "named", None)
            if not self.found:
                raise NotFound(f"There is no {name} with the id {record_id}.")
        for marked in self._marked.values():
            table = self._table(marked.object)
            for field, why, value in _searched(marked, subject):
                condition, wanted = self._has(marked.object, table, field, value)
                await self._add(marked.object, condition, wanted, why, field.name)

    async def follow(self) -> None:
        """Until no record leads to another one."""
        while self._new:
            step, self._new = self._new, []
            for marked in self._marked.values():
                table = self._table(marked.object)
                for link in marked.links:
                    ids = [one.id for one in step if one.object == link.object]
                    if ids:
                        condition = any_of(table.c[link.name], "wanted", self._compiled.dialect)
                        await self._add(marked.object, condition, self._ids(ids), "link", link.name)

    async def _add(
        self, target: Object, condition: sa.ColumnElement[bool], wanted: Any, why: Why, field: str | None
    ) -> None:
        table = self._table(target)
        read = _read_fields(self._marked.get(target.name))
        columns = [table.c[column.name] for one in read for column in one.columns]
        statement = (
            sa.select(table.c.id, table.c.version, table.c[DELETED_AT].is_not(None), *columns)
            .where(condition)
            .order_by(table.c.id)
            .limit(MOST_RECORDS + 1)
        )
        rows = await self._transaction.fetch(prepare(statement, self._compiled.dialect), {"wanted": wanted})
        for row in rows:
            record = FoundRecord(
                object=target.name,
                id=str(row[0]),
                version=row[1],
                is_in_bin=bool(row[2]),
                why=why,
                field=field,
                values=dict(self._values(read, row)),
            )
            if record.key not in self.found:
                self.found[record.key] = record
                self._new.append(record)
        if len(self.found) > MOST_RECORDS:
            raise InvalidRequest(
                f"More than {MOST_RECORDS:,} records belong to this person.",
                hint="One person seldom has so many: see whether a lookup is marked that leads to something shared.",
            )

    def _has(self, target: Object, table: Any, field: Field, value: str) -> tuple[sa.ColumnElement[bool], Any]:
        """Addresses are compared without case; encrypted ones as they were asked for, and in lower case."""
        dialect = self._compiled.dialect
        if field.encrypted:
            marks = {mark_of(self._compiled, target.name, field, text) for text in (value, value.lower())}
            column = field.key_columns[0]
            return any_of(table.c[column.name], "wanted", dialect), list_encoder(column, dialect)(
                sorted(marks, key=str)
            )
        column = table.c[field.name]
        if isinstance(field, EmailField):
            return sa.func.lower(column) == sa.bindparam("wanted", type_=column.type), value.lower()
        return column == sa.bindparam("wanted", type_=column.type), value

    def _values(self, fields: Sequence[Field], row: Row) -> Iterator[tuple[str, Any]]:
        position = 3
        for field in fields:
            columns = field.columns
            stored = [
                decoder(column, self._compiled.dialect)(row[position + index]) for index, column in enumerate(columns)
            ]
            position += len(columns)
            value = field.from_columns(stored)
            yield field.name, value.of(str(row[0])) if isinstance(value, Sealed) else value

    def _table(self, target: Object) -> Any:
        """The same one each time: two of one name would be joined."""
        if target.name not in self._tables:
            self._tables[target.name] = object_table(target, self._compiled.schema)
        return self._tables[target.name]

    def _ids(self, ids: Iterable[str]) -> Any:
        return list_encoder(ColumnKind.UUID, self._compiled.dialect)(sorted(ids))


def _searched(marked: MarkedObject, subject: Subject) -> Iterator[tuple[Field, Why, str]]:
    for one in marked.fields:
        if isinstance(one.field, EmailField) and subject.email is not None:
            yield one.field, "email", subject.email
        elif isinstance(one.field, PhoneField) and subject.phone is not None:
            yield one.field, "phone", subject.phone


def _read_fields(marked: MarkedObject | None) -> list[Field]:
    if marked is None:
        return []
    return [one.field for one in marked.fields if one.field.is_stored] + list(marked.links)


def _object(model: Model, name: str) -> Object:
    target = model.find_object(name)
    if target is None or target.is_system:
        raise NotFound(f"There is no object {name[:60]!r} whose records could be somebody's.")
    return target
