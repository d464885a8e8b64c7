"""What the write pipeline prepares once for an object: its stored fields, how their values become parameters, and the INSERT."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from metamodel.definitions import Object
from metamodel.fields.field import Field
from metamodel.fields.number import AutoNumberField
from metamodel.fields.reference import LookupField
from trellis.errors import InvalidRequest
from trellis.query.paths import get_object
from trellis.query.source import DELETED_AT, table_name
from trellis.storage.codecs import Codec, as_it_is, encoder
from trellis.storage.column_types import DATETIME, column_type
from trellis.storage.database import DialectName, Statement
from trellis.storage.prepare import prepare_insert
from trellis.tenancy.compiled import CompiledModel

Parameters = dict[str, Any]

NEVER_SET = frozenset(("id", "version", "updated_at", "updated_by"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """One field on its way into parameters, named v_<column>. `parameter` and `encode` (None: as it is): of a field with one column."""

    name: str
    field: Field
    parameters: tuple[str, ...]
    codecs: tuple[Codec, ...]
    parameter: str | None
    encode: Codec | None

    def encode_parts(self, value: Any) -> list[Any]:
        parts = self.field.column_values(value)
        return [encode(part) for encode, part in zip(self.codecs, parts, strict=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """`stored`: every field with columns, by name; `writable`: those a caller may set, `settable`: those the platform may; `unique`:
    groups of fields whose values together occur once."""

    object: Object
    table: Any
    stored: Mapping[str, Field]
    writable: frozenset[str]
    settable: frozenset[str]
    lookups: Mapping[str, LookupField]
    auto_numbers: tuple[AutoNumberField, ...]
    unique: tuple[tuple[str, ...], ...]
    required: tuple[str, ...]
    encrypted: tuple[str, ...]
    insert: Statement
    written: Mapping[str, _Written]

    def parameters(self, values: Mapping[str, Any], names: Iterable[str] | None = None) -> Parameters:
        """The driver's values of the fields `names` (all by default) for INSERT or UPDATE."""
        found: Parameters = {}
        for one in self.written.values() if names is None else [self.written[name] for name in names]:
            value = values[one.name]
            if one.parameter is not None:
                found[one.parameter] = value if one.encode is None else one.encode(value)
            else:
                found |= zip(one.parameters, one.encode_parts(value), strict=True)
        return found


def shape_of(compiled: CompiledModel, object_name: str) -> Shape:
    """Raises NotFound, and InvalidRequest for an object that the platform keeps."""
    return compiled.prepared(("records", object_name), lambda: _make(compiled, object_name))


def _make(compiled: CompiledModel, object_name: str) -> Shape:
    owner = get_object(compiled.model, object_name)
    if owner.is_system:
        raise InvalidRequest(
            f"Records of {object_name} are kept by the platform and cannot be written here.",
            hint="Users are managed by an administrator." if object_name == "user" else None,
        )
    stored = {name: field for name, field in owner.fields.items() if field.is_stored}
    table = object_table(owner, compiled.schema)
    return Shape(
        object=owner,
        table=table,
        stored=stored,
        writable=frozenset(name for name, field in stored.items() if field.is_writable),
        settable=frozenset(stored) - NEVER_SET,
        lookups={name: field for name, field in stored.items() if isinstance(field, LookupField)},
        auto_numbers=tuple(field for field in stored.values() if isinstance(field, AutoNumberField)),
        unique=_unique_groups(owner),
        required=tuple(name for name, field in stored.items() if field.required and not field.is_system),
        encrypted=tuple(name for name, field in stored.items() if field.encrypted),
        insert=_insert(table, stored, compiled.dialect),
        written={name: _written(field, compiled.dialect) for name, field in stored.items()},
    )


def object_table(owner: Object, schema: str | None) -> Any:
    """The object's table, for statements that change rows."""
    stored = [column for field in owner.fields.values() for column in field.columns]
    columns = [sa.column(column.name, column_type(column)) for column in stored]
    return sa.table(table_name(owner), *columns, sa.column(DELETED_AT, DATETIME), schema=schema)


def parameter_of(column_name: str) -> str:
    return f"v_{column_name}"


def _unique_groups(owner: Object) -> tuple[tuple[str, ...], ...]:
    single = [
        (field.name,) for field in owner.fields.values() if field.is_stored and (field.unique or field.external_id)
    ]
    together = [index.fields for index in owner.indexes if index.unique]
    return tuple(dict.fromkeys([*single, *together]))


def _written(field: Field, dialect: DialectName) -> _Written:
    parameters = tuple(parameter_of(column.name) for column in field.columns)
    codecs = tuple(encoder(column, dialect) for column in field.columns)
    is_one = len(parameters) == 1
    return _Written(
        name=field.name,
        field=field,
        parameters=parameters,
        codecs=codecs,
        parameter=parameters[0] if is_one else None,
        encode=codecs[0] if is_one and codecs[0] is not as_it_is else None,
    )


def _insert(table: Any, stored: Mapping[str, Field], dialect: DialectName) -> Statement:
    names = [column.name for field in stored.values() for column in field.columns]
    return prepare_insert(table, {name: parameter_of(name) for name in names}, dialect)
