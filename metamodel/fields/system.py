"""Fields that the platform keeps on every object, and the types only they have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from metamodel.columns import Column, ColumnKind
from metamodel.fields.choice import PicklistField
from metamodel.fields.field import Field, Locale
from metamodel.fields.number import ORDER_OPERATORS, NumberField
from metamodel.fields.reference import LookupField, parse_record_id
from metamodel.fields.text import TextField
from metamodel.fields.time import DatetimeField
from metamodel.picklist_values import PicklistValue
from metamodel.record_types import RECORD_TYPE, RecordType
from rule_engine.types import Kind, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class IdField(Field):
    """The record's own id, a UUIDv7."""

    type_name: ClassVar[str] = "id"
    widget: ClassVar[str] = "readonly"

    object: str

    @property
    def columns(self) -> tuple[Column, ...]:
        return (Column(name=self.name, kind=ColumnKind.UUID),)

    @property
    def formula_type(self) -> Type:
        return Type(kind=Kind.ID, target=self.object)

    @property
    def operators(self) -> tuple[str, ...]:
        return ("=", "<>", "in")

    def parse(self, value: Any) -> Any:
        return parse_record_id(value)

    def parse_text(self, text: str, locale: Locale) -> Any:
        return parse_record_id(text.strip())

    def to_json(self, value: Any) -> Any:
        return value

    def format(self, value: Any, locale: Locale) -> str:
        return value or ""

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "string", "format": "uuid", "readOnly": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionField(NumberField):
    """Counts the saves of a record, from 1. Its Python value is an int."""

    type_name: ClassVar[str] = "version"
    widget: ClassVar[str] = "readonly"

    @property
    def columns(self) -> tuple[Column, ...]:
        return (Column(name=self.name, kind=ColumnKind.INTEGER),)

    @property
    def operators(self) -> tuple[str, ...]:
        return ORDER_OPERATORS

    def parse(self, value: object) -> Any:
        number = NumberField.parse(self, value)
        return None if number is None else int(number)

    def to_json(self, value: Any) -> Any:
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerField(LookupField):
    """The user a record belongs to. Kept by the platform, and a caller may hand the record over."""

    @property
    def is_writable(self) -> bool:
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordTypeField(PicklistField):
    """Which of the object's record types a record has; its values are their names. Never blank, and a caller may change it."""

    @property
    def is_writable(self) -> bool:
        return True

    def text_key(self, object_name: str, value: str) -> str:
        return f"objects.{object_name}.record_types.{value}.label"


def system_fields(
    object_name: str,
    *,
    has_owner: bool,
    record_types: Iterable[RecordType] = (),
    default_record_type: str | None = None,
) -> tuple[Field, ...]:
    """What every object of a tenant has, after its own fields."""
    types = tuple(PicklistValue(name=one.name, label=one.label, active=one.is_active) for one in record_types)
    record_type = RecordTypeField(
        name=RECORD_TYPE, label="Record type", required=True, values=types, default=default_record_type, is_system=True
    )
    owner: tuple[Field, ...] = (
        OwnerField(name="owner", label="Owner", object="user", on_delete="restrict", indexed=True, is_system=True),
        TextField(name="owner_queue", label="Queue", length=60, is_system=True),
    )
    return (
        IdField(name="id", label="ID", object=object_name, is_system=True),
        *((record_type,) if types else ()),
        *(owner if has_owner else ()),
        DatetimeField(name="created_at", label="Created", indexed=True, is_system=True),
        LookupField(name="created_by", label="Created by", object="user", on_delete="restrict", is_system=True),
        DatetimeField(name="updated_at", label="Updated", is_system=True),
        LookupField(name="updated_by", label="Updated by", object="user", on_delete="restrict", is_system=True),
        VersionField(name="version", label="Version", is_system=True),
    )
