"""Fields with a choice of values: checkboxes and picklists."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from metamodel.columns import Column, ColumnKind
from metamodel.fields.field import Field, FieldValueError, Locale
from metamodel.fields.text import parse_characters
from metamodel.names import did_you_mean
from metamodel.picklist_values import PicklistValue
from rule_engine.types import BOOLEAN, Kind, Type
from rule_engine.wording import say

VALUE_LENGTH = 255
_YES = frozenset(("true", "on", "yes", "1", "是"))
_NO = frozenset(("", "false", "off", "no", "0", "否"))

_VALUE_NAME: Mapping[str, Any] = {
    "minLength": 1,
    "maxLength": VALUE_LENGTH,
    "pattern": r"^[^\s;\u0000-\u001f]([^;\u0000-\u001f]*[^\s;\u0000-\u001f])?$",
    "x-expected": "a value without semicolons, line breaks or blanks at its ends",
}
ONE_LINE: Mapping[str, Any] = {
    "pattern": r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$",
    "x-expected": "one line without control characters",
}
HUE_SCHEMA: Mapping[str, Any] = {"type": "integer", "minimum": 0, "maximum": 360}
VALUES_SCHEMA: Mapping[str, Any] = {
    "type": "array",
    "minItems": 1,
    "maxItems": 1_000,
    "items": {
        "type": ["string", "object"],
        **_VALUE_NAME,
        "properties": {
            "name": {"type": "string", **_VALUE_NAME},
            "label": {"type": "string", "minLength": 1, "maxLength": 255, **ONE_LINE},
            "hue": HUE_SCHEMA,
            "active": {"type": "boolean"},
            "default": {"type": "boolean"},
        },
        "required": ["name"],
        "additionalProperties": False,
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckboxField(Field):
    """Yes or no; never blank: what is not given is no."""

    type_name: ClassVar[str] = "checkbox"
    widget: ClassVar[str] = "checkbox"
    shared_properties: ClassVar[frozenset[str]] = frozenset(("indexed", "default", "default_formula"))

    @property
    def columns(self) -> tuple[Column, ...]:
        return (Column(name=self.name, kind=ColumnKind.BOOLEAN),)

    @property
    def formula_type(self) -> Type:
        return BOOLEAN

    @property
    def operators(self) -> tuple[str, ...]:
        return ("=",)

    def parse(self, value: object) -> Any:
        if value is None or value == "":
            return False
        if not isinstance(value, bool):
            raise FieldValueError("not_a_boolean", say("Must be true or false, not %(value).60r.", value=value))
        return value

    def parse_text(self, text: str, locale: Locale) -> Any:
        word = text.strip().lower()
        if word not in _YES and word not in _NO:
            raise FieldValueError("not_a_boolean", say("Must be true or false, not %(text).60r.", text=text))
        return word in _YES

    def from_formula(self, value: Any) -> Any:
        return bool(value)

    def to_json(self, value: Any) -> Any:
        return bool(value)

    def format(self, value: Any, locale: Locale) -> str:
        if locale.language.startswith("zh"):
            return "是" if value else "否"
        return "Yes" if value else "No"

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PicklistField(Field):
    """One of some values: `values`, its own or, when `picklist` names one, those of a global set. `restricted`: only active
    values are taken; else any text is."""

    type_name: ClassVar[str] = "picklist"
    widget: ClassVar[str] = "select"
    own_properties: ClassVar[Mapping[str, Any]] = {
        "values": VALUES_SCHEMA,
        "picklist": {"type": "string"},
        "restricted": {"type": "boolean"},
    }
    shared_properties: ClassVar[frozenset[str]] = frozenset(("required", "indexed", "default", "default_formula"))

    values: tuple[PicklistValue, ...] = ()
    picklist: str | None = None
    restricted: bool = True

    @property
    def columns(self) -> tuple[Column, ...]:
        return (Column(name=self.name, kind=ColumnKind.TEXT, length=VALUE_LENGTH),)

    @property
    def formula_type(self) -> Type:
        return Type(kind=Kind.PICKLIST, values=self._known())

    @property
    def operators(self) -> tuple[str, ...]:
        return ("=", "<>", "in", "blank")

    @property
    def active_values(self) -> tuple[PicklistValue, ...]:
        return tuple(value for value in self.values if value.active)

    @property
    def default_values(self) -> tuple[str, ...]:
        return tuple(value.name for value in self.values if value.default)

    def parse(self, value: object) -> Any:
        return self._parse_one(value)

    def parse_text(self, text: str, locale: Locale) -> Any:
        return self.parse(text)

    def to_json(self, value: Any) -> Any:
        return value

    def format(self, value: Any, locale: Locale) -> str:
        return "" if value is None else self.label_of(value)

    def label_of(self, name: str) -> str:
        return next((value.label for value in self.values if value.name == name), name)

    def not_offered(self, value: Any, offered: Collection[str]) -> tuple[str, ...]:
        """Of a Python value what is not among the values that a record type offers. A field that takes any text takes it there, too."""
        if not self.restricted or value is None:
            return ()
        return tuple(one for one in ((value,) if isinstance(value, str) else value) if one not in offered)

    def text_key(self, object_name: str, value: str) -> str:
        """The key of a value's label in translations."""
        if self.picklist:
            return f"picklists.{self.picklist}.values.{value}"
        return f"objects.{object_name}.fields.{self.name}.values.{value}"

    def json_schema(self) -> Mapping[str, Any]:
        if not self.restricted:
            return {"type": "string", "maxLength": VALUE_LENGTH}
        return {"type": "string", "enum": [value.name for value in self.active_values]}

    def _known(self) -> tuple[str, ...] | None:
        return tuple(value.name for value in self.values) if self.restricted else None

    def _parse_one(self, value: object) -> str | None:
        name = parse_characters(value, VALUE_LENGTH)
        if name is None or not self.restricted:
            return name
        match = next((known for known in self.values if known.name == name), None)
        if match is None:
            hint = did_you_mean(name, [known.name for known in self.active_values])
            message = say("There is no value %(name).80r.", name=name)
            if hint:
                message = say("%(message)s %(hint)s", message=message, hint=hint)
            raise FieldValueError("unknown_value", message, value=name)
        if not match.active:
            raise FieldValueError(
                "inactive_value", say("The value %(name)r is no longer in use.", name=name), value=name
            )
        return name


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiPicklistField(PicklistField):
    """Any number of the values, kept in the order of the list; none is blank."""

    type_name: ClassVar[str] = "multi_picklist"
    widget: ClassVar[str] = "multiselect"
    shared_properties: ClassVar[frozenset[str]] = frozenset(("required", "default"))

    @property
    def columns(self) -> tuple[Column, ...]:
        return (Column(name=self.name, kind=ColumnKind.TEXT_LIST),)

    @property
    def formula_type(self) -> Type:
        return Type(kind=Kind.MULTI_PICKLIST, values=self._known())

    @property
    def operators(self) -> tuple[str, ...]:
        return ("includes", "excludes", "blank")

    def parse(self, value: object) -> Any:
        if value is None or value == "":
            return None
        if not isinstance(value, (list, tuple)):
            raise FieldValueError("not_a_list", say("Must be a list of values, not %(value).60r.", value=value))
        if len(value) > len(self.values) + 100:
            raise FieldValueError("too_many_values", say("Has %(count)s values.", count=f"{len(value):,}"))
        given = dict.fromkeys(name for name in map(self._parse_one, value) if name is not None)
        known = [choice.name for choice in self.values if choice.name in given]
        return tuple(dict.fromkeys((*known, *given))) or None

    def parse_text(self, text: str, locale: Locale) -> Any:
        """Values separated by semicolons."""
        return self.parse([part for part in (part.strip() for part in text.split(";")) if part])

    def to_json(self, value: Any) -> Any:
        return None if value is None else list(value)

    def format(self, value: Any, locale: Locale) -> str:
        return "; ".join(self.label_of(name) for name in value or ())

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "array", "items": PicklistField.json_schema(self)}
