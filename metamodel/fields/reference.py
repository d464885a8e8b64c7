"""Fields that point to a record of an object."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from metamodel.columns import Column, ColumnKind
from metamodel.fields.field import Field, FieldValueError, Locale
from rule_engine.types import Kind, Type
from rule_engine.wording import say

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
OBJECT_SCHEMA: Mapping[str, Any] = {"type": "string"}
CHILDREN_NAME_SCHEMA: Mapping[str, Any] = {"type": "string", "minLength": 1, "maxLength": 60}


def parse_record_id(value: Any) -> str | None:
    """A record's id in lower case, None for blank. Whether there is such a record is not known here."""
    if value is None or value == "":
        return None
    text = value.lower() if isinstance(value, str) else ""
    if not _UUID.match(text):
        raise FieldValueError("not_an_id", say("Must be the id of a record, not %(value).60r.", value=value))
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupField(Field):
    """Points to a record of `object`. `on_delete` of that record: "clear" this, "restrict" (refuse), or "cascade".
    `children_name`: what formulas over that record call the list of those that point to it; without one it is the plural of the name
    of the object that has the lookup."""

    type_name: ClassVar[str] = "lookup"
    widget: ClassVar[str] = "lookup"
    own_properties: ClassVar[Mapping[str, Any]] = {
        "object": OBJECT_SCHEMA,
        "on_delete": {"enum": ["clear", "restrict", "cascade"]},
        "children_name": CHILDREN_NAME_SCHEMA,
    }
    required_properties: ClassVar[tuple[str, ...]] = ("object",)
    shared_properties: ClassVar[frozenset[str]] = frozenset(
        ("required", "unique", "indexed", "default", "default_formula")
    )

    object: str
    on_delete: str = "clear"
    children_name: str | None = None

    @property
    def columns(self) -> tuple[Column, ...]:
        return (Column(name=self.name, kind=ColumnKind.UUID, references=self.object),)

    @property
    def formula_type(self) -> Type:
        return Type(kind=Kind.ID, target=self.object)

    @property
    def operators(self) -> tuple[str, ...]:
        return ("=", "<>", "in", "blank")

    def parse(self, value: Any) -> Any:
        return parse_record_id(value)

    def parse_text(self, text: str, locale: Locale) -> Any:
        return parse_record_id(text.strip())

    def to_json(self, value: Any) -> Any:
        return value

    def format(self, value: Any, locale: Locale) -> str:
        """The id: a record's name is data, not known here."""
        return value or ""

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "string", "format": "uuid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterDetailField(LookupField):
    """The master of this record: always there, and the record goes with it."""

    type_name: ClassVar[str] = "master_detail"
    own_properties: ClassVar[Mapping[str, Any]] = {"object": OBJECT_SCHEMA, "children_name": CHILDREN_NAME_SCHEMA}
    shared_properties: ClassVar[frozenset[str]] = frozenset()

    required: bool = True
    indexed: bool = True
    on_delete: str = "cascade"
