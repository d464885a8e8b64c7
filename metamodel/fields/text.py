"""Text fields. Nothing is trimmed; blank is None, never the empty text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from metamodel.columns import Column, ColumnKind
from metamodel.fields.field import Field, FieldValueError, Locale
from metamodel.fields.sealed import Sealed
from rule_engine.types import SEALED, TEXT, Type
from rule_engine.wording import say

TEXT_OPERATORS = ("=", "<>", "contains", "begins", "in", "blank")
SEALED_OPERATORS = ("=", "<>", "in", "blank")
_UNFIT = re.compile("[\x00\ud800-\udfff]")


def parse_characters(value: object, length: int) -> str | None:
    """A text of at most `length` characters (Unicode code points), None for "" and None."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise FieldValueError("not_text", say("Must be text, not %(value).60r.", value=value))
    if len(value) > length:
        message = say(
            "Has %(count)s characters, at most %(limit)s are allowed.", count=f"{len(value):,}", limit=f"{length:,}"
        )
        raise FieldValueError("too_long", message, length=len(value), limit=length)
    if _UNFIT.search(value):
        raise FieldValueError(
            "bad_character", say("Holds a character that text cannot have: U+0000 or half of a surrogate pair.")
        )
    return value


ENCRYPTION: Mapping[str, Any] = {"encrypted": {"type": "boolean"}, "mask": {"enum": ["all", "last4", "email"]}}


def length_schema(limit: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": 1, "maximum": limit}


@dataclass(frozen=True, slots=True, kw_only=True)
class TextField(Field):
    """One line of text."""

    type_name: ClassVar[str] = "text"
    widget: ClassVar[str] = "text"
    own_properties: ClassVar[Mapping[str, Any]] = {"length": length_schema(4_000), **ENCRYPTION}
    shared_properties: ClassVar[frozenset[str]] = frozenset(
        ("required", "unique", "indexed", "external_id", "default", "default_formula")
    )

    length: int = 255

    @property
    def columns(self) -> tuple[Column, ...]:
        if self.encrypted:
            return (
                Column(name=self.name, kind=ColumnKind.TEXT),
                Column(name=f"{self.name}_mark", kind=ColumnKind.TEXT),
            )
        return (Column(name=self.name, kind=ColumnKind.TEXT, length=self.length),)

    @property
    def key_columns(self) -> tuple[Column, ...]:
        return self.columns[-1:]

    def column_values(self, value: Any) -> tuple[Any, ...]:
        if not self.encrypted:
            return (value,)
        return (None, None) if value is None else (value.text, value.mark)

    def from_columns(self, values: Sequence[Any]) -> Any:
        if not self.encrypted:
            return values[0]
        return None if values[0] is None else Sealed(text=values[0], mark=values[1] or "")

    @property
    def formula_type(self) -> Type:
        return SEALED if self.encrypted else TEXT

    @property
    def operators(self) -> tuple[str, ...]:
        return SEALED_OPERATORS if self.encrypted else TEXT_OPERATORS

    def parse(self, value: object) -> Any:
        return parse_characters(value, self.length)

    def parse_text(self, text: str, locale: Locale) -> Any:
        return self.parse(text)

    def to_json(self, value: Any) -> Any:
        return str(value) if isinstance(value, Sealed) else value

    def format(self, value: Any, locale: Locale) -> str:
        return str(value or "")

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "string", "maxLength": self.length}


@dataclass(frozen=True, slots=True, kw_only=True)
class TextAreaField(TextField):
    """Some lines of text. Line ends of forms become single line feeds."""

    type_name: ClassVar[str] = "text_area"
    widget: ClassVar[str] = "textarea"
    own_properties: ClassVar[Mapping[str, Any]] = {"length": length_schema(10_000), **ENCRYPTION}
    shared_properties: ClassVar[frozenset[str]] = frozenset(("required", "default", "default_formula"))

    length: int = 1_000

    def parse_text(self, text: str, locale: Locale) -> Any:
        return self.parse(text.replace("\r\n", "\n"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LongTextField(TextAreaField):
    """Text of many pages."""

    type_name: ClassVar[str] = "long_text"
    own_properties: ClassVar[Mapping[str, Any]] = {"length": length_schema(131_072), **ENCRYPTION}

    length: int = 131_072

    @property
    def operators(self) -> tuple[str, ...]:
        return SEALED_OPERATORS if self.encrypted else ("contains", "blank")
