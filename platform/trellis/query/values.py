"""Python values out of rows: which columns a path needs, and how they become the value again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from metamodel.fields.field import Field
from rule_engine import EvaluationContext, FormulaError, UnsupportedOnTarget
from rule_engine.types import Kind
from trellis.query.needs import Needs, needs_of_paths
from trellis.query.paths import FieldPath, resolve_names
from trellis.query.record_view import Lists, RecordView
from trellis.query.source import Source
from trellis.storage.codecs import decoder
from trellis.storage.database import DialectName, Row
from trellis.tenancy.compiled import CompiledModel

Decode = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where a path's value is: the columns from `start` on."""

    field: Field
    start: int
    decode: tuple[Decode, ...]

    def read(self, row: Row) -> Any:
        if len(self.decode) == 1:
            return self.decode[0](row[self.start])
        parts = [decode(row[self.start + index]) for index, decode in enumerate(self.decode)]
        return self.field.from_columns(parts)


@dataclass(frozen=True, slots=True)
class _SealedSlot:
    """An encrypted value, with the id of the record that it is of: it opens for that one only."""

    value: _Slot
    record_id: _Slot

    def read(self, row: Row) -> Any:
        found = self.value.read(row)
        return found if found is None else found.of(self.record_id.read(row))


class StoredReader:
    """The values of stored fields along paths. `columns`: what to select, in order."""

    def __init__(self, source: Source, paths: Mapping[str, FieldPath]) -> None:
        self._source = source
        self.columns: list[sa.ColumnElement[Any]] = []
        self._slots: dict[str, _Slot] = {}
        for key, path in paths.items():
            self.add(key, path)

    def add(self, key: str, path: FieldPath) -> None:
        self._slots[key] = _Slot(path.field, len(self.columns), decoders([path.field], self._source.dialect))
        self.columns += self._source.columns(path.names, path.field)

    def read(self, row: Row) -> dict[str, Any]:
        """`row`: the values of `columns`."""
        return {key: slot.read(row) for key, slot in self._slots.items()}


class ValueReader:
    """The values of some paths. `columns`: what to select, in order; `needs`: what `read` asks for besides. Formula fields come from
    the database, or, where it cannot compute them or `in_python` says so, from Python over the stored fields that they need."""

    def __init__(
        self, compiled: CompiledModel, source: Source, paths: Mapping[str, FieldPath], *, in_python: bool = False
    ) -> None:
        self._compiled = compiled
        self._in_python = in_python
        self._source = source
        self.columns: list[sa.ColumnElement[Any]] = []
        self.needs = Needs()
        self._slots: dict[str, _Slot | _SealedSlot] = {}
        self._hidden: dict[str, _Slot | _SealedSlot] = {}
        self._computed: dict[str, FieldPath] = {}
        for key, path in paths.items():
            self._add(key, path)
        if self._computed:
            self._add_hidden()

    def read(self, row: Row, context: EvaluationContext, lists: Lists | None = None) -> dict[str, Any]:
        """`row`: the values of `columns`; `lists`: its child rows. Formula fields of numbers are rounded to their scale."""
        values = self.read_stored(row)
        if self._computed:
            hidden = self.read_hidden(row)
            view = RecordView(self._compiled, self._source.object_name, hidden, context, hidden, lists)
            for key, path in self._computed.items():
                values[key] = formula_value(path.field, _result(view, path.key))
        return values

    def read_stored(self, row: Row) -> dict[str, Any]:
        """As `read`, without what only Python can compute."""
        return {key: slot.read(row) for key, slot in self._slots.items()}

    def read_hidden(self, row: Row) -> dict[str, Any]:
        """The stored fields that Python computes from, by dotted path."""
        return {key: slot.read(row) for key, slot in self._hidden.items()}

    def _add(self, key: str, path: FieldPath) -> None:
        if path.field.is_stored:
            self._slots[key] = self._stored(path)
            return
        column = self._in_database(path)
        if column is None:
            self._computed[key] = path
        else:
            self._slots[key] = _Slot(
                path.field, len(self.columns), (formula_decoder(path.field, self._source.dialect),)
            )
            self.columns.append(column)

    def _add_hidden(self) -> None:
        model, owner = self._compiled.model, self._source.object_name
        self.needs = needs_of_paths(model, owner, [path.names for path in self._computed.values()])
        for names in sorted({*self.needs.stored, *(one.owner for one in self.needs.children)}):
            needed = resolve_names(model, owner, names)
            self._hidden[needed.key] = self._stored(needed)

    def _in_database(self, path: FieldPath) -> sa.ColumnElement[Any] | None:
        try:
            return None if self._in_python else self._source.value(path.names)
        except UnsupportedOnTarget:
            return None

    def _stored(self, path: FieldPath) -> _Slot | _SealedSlot:
        value = self._slot(path)
        if not path.field.encrypted:
            return value
        owner = (*path.names[:-1], "id")
        return _SealedSlot(value, self._slot(resolve_names(self._compiled.model, self._source.object_name, owner)))

    def _slot(self, path: FieldPath) -> _Slot:
        slot = _Slot(path.field, len(self.columns), decoders([path.field], self._source.dialect))
        self.columns += self._source.columns(path.names, path.field)
        return slot


def _result(view: RecordView, key: str) -> Any:
    """Blank for a formula that fails, as in the database."""
    try:
        return view[key]
    except FormulaError:
        return None


def decoders(fields: Sequence[Field], dialect: DialectName) -> tuple[Decode, ...]:
    """One for each column of the fields, in order."""
    return tuple(decoder(column, dialect) for field in fields for column in field.columns)


def formula_decoder(field: Field, dialect: DialectName) -> Decode:
    """The driver's value of a formula's result -> the field's Python value."""
    read = _SQLITE_RESULTS.get(field.formula_type.kind) if dialect == "sqlite" else None
    return lambda value: formula_value(field, value if value is None or read is None else read(value))


def formula_value(field: Field, value: Any) -> Any:
    """What a formula gave -> the field's Python value; the databases may say NULL for false."""
    return value is True if field.formula_type.kind is Kind.BOOLEAN else field.from_formula(value)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


_SQLITE_RESULTS: dict[Kind, Decode] = {
    Kind.NUMBER: Decimal,
    Kind.BOOLEAN: bool,
    Kind.DATE: date.fromisoformat,
    Kind.DATETIME: _moment,
    Kind.TIME: time.fromisoformat,
}
