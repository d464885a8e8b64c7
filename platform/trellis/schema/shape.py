"""An Object of the model -> the shape of its table: columns with what they reference, and indexes. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from metamodel import Model
from metamodel.columns import Column, ColumnKind
from metamodel.definitions import Object
from metamodel.fields.field import Field
from metamodel.fields.reference import LookupField
from trellis.schema.operations import SYSTEM_COLUMNS, IndexShape, Reference, StoredColumn

ON_DELETE = {"clear": "SET NULL", "restrict": "RESTRICT", "cascade": "CASCADE"}
MAX_NAME = 63
MAX_INDEXED_LENGTH = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class TableShape:
    """`fields`: the columns of each stored field; `columns`: all of them, the platform's included."""

    table: str
    fields: dict[str, tuple[StoredColumn, ...]]
    indexes: tuple[IndexShape, ...]

    @property
    def columns(self) -> tuple[StoredColumn, ...]:
        own = (column for columns in self.fields.values() for column in columns)
        return (*own, *(StoredColumn(column=column) for column in SYSTEM_COLUMNS))


def table_shape(model: Model, item: Object) -> TableShape:
    """The table of an object, as its indexes and references are named in `model`."""
    return TableShape(
        table=item.table,
        fields={field.name: field_columns(model, field) for field in item.fields.values() if field.is_stored},
        indexes=tuple({index.name: index for index in _indexes(item)}.values()),
    )


def field_columns(model: Model, field: Field) -> tuple[StoredColumn, ...]:
    """The columns of one field; () for a computed one."""
    return tuple(StoredColumn(column=column, reference=_reference(model, field, column)) for column in field.columns)


def is_unique(field: Field) -> bool:
    return field.unique or field.external_id


def foreign_key_name(column: str) -> str:
    """Foreign keys are named within their table, so a renamed table keeps them."""
    return short_name(f"fk_{column}")


def short_name(name: str) -> str:
    """`name`, or its beginning and a hash when the database would cut it."""
    if len(name) <= MAX_NAME:
        return name
    return f"{name[: MAX_NAME - 9]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def index_shape(
    table: str, columns: tuple[str, ...], *, is_unique: bool = False, ignores_case: bool = False, live_only: bool = True
) -> IndexShape:
    """Names are of the whole database, and `a_b` + `c` must not meet `a` + `b_c`: so each ends in a hash of what it is."""
    kind = "uq" if is_unique else "sort" if ignores_case else "ix"
    key = hashlib.sha256(repr((kind, table, columns)).encode()).hexdigest()[:6]
    name = f"{kind}_{table}_{'_'.join(columns)}"[: MAX_NAME - 7]
    return IndexShape(
        name=f"{name}_{key}", columns=columns, is_unique=is_unique, ignores_case=ignores_case, live_only=live_only
    )


def _reference(model: Model, field: Field, column: Column) -> Reference | None:
    if not isinstance(field, LookupField) or column.references is None:
        return None
    return Reference(table=model.object(column.references).table, on_delete=ON_DELETE[field.on_delete])


def _indexes(item: Object) -> Iterator[IndexShape]:
    yield from _sort_indexes(item)
    for field in item.fields.values():
        yield from _field_indexes(item, field)
    for index in item.indexes:
        columns = tuple(column.name for name in index.fields for column in item.fields[name].columns)
        if columns:
            yield index_shape(item.table, columns, is_unique=index.unique)


def _sort_indexes(item: Object) -> Iterator[IndexShape]:
    """Lists begin sorted by name or by age, then by id."""
    name = item.fields.get(item.name_field)
    if item.is_system:
        return
    column = name.columns[0] if name is not None and len(name.columns) == 1 else None
    if (
        column is not None
        and column.kind is ColumnKind.TEXT
        and (column.length or MAX_INDEXED_LENGTH) <= MAX_INDEXED_LENGTH
    ):
        yield index_shape(item.table, (column.name, "id"), ignores_case=True)
    if "created_at" in item.fields:
        yield index_shape(item.table, ("created_at", "id"))


def _field_indexes(item: Object, field: Field) -> Iterator[IndexShape]:
    if item.is_system and field.is_system:
        return
    columns = tuple(column.name for column in field.key_columns)
    if not columns or field.name == "created_at":
        return
    if is_unique(field):
        yield index_shape(item.table, columns, is_unique=True)
    if isinstance(field, LookupField):
        if not field.is_system or field.indexed:
            # Users are never deleted for good, so nobody looks for the records in the bin of one; and records are counted by owner.
            yield index_shape(item.table, columns, live_only=field.name == "owner" and field.is_system)
    elif field.indexed and not is_unique(field):
        yield index_shape(item.table, columns)
