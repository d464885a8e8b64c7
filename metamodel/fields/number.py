"""Number fields: exact decimals of at most 18 digits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from metamodel.columns import Column, ColumnKind
from metamodel.fields import digits
from metamodel.fields.field import Field, FieldValueError, Locale
from metamodel.fields.text import TEXT_OPERATORS
from rule_engine.types import TEXT, Kind, Type
from rule_engine.wording import say

ORDER_OPERATORS = ("=", "<>", "<", "<=", ">", ">=", "blank")
SCALE_SCHEMA: Mapping[str, Any] = {"type": "integer", "minimum": 0, "maximum": digits.MAX_PRECISION}
_COUNTER = re.compile(r"\{(0{1,12})\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberField(Field):
    """`precision` digits in all, `scale` of them after the point."""

    type_name: ClassVar[str] = "number"
    widget: ClassVar[str] = "number"
    own_properties: ClassVar[Mapping[str, Any]] = {
        "precision": {"type": "integer", "minimum": 1, "maximum": digits.MAX_PRECISION},
        "scale": SCALE_SCHEMA,
    }
    shared_properties: ClassVar[frozenset[str]] = frozenset(
        ("required", "unique", "indexed", "external_id", "default", "default_formula")
    )

    precision: int = digits.MAX_PRECISION
    scale: int = 0

    @property
    def columns(self) -> tuple[Column, ...]:
        return (Column(name=self.name, kind=ColumnKind.DECIMAL, precision=self.precision, scale=self.scale),)

    @property
    def formula_type(self) -> Type:
        return Type(kind=Kind.NUMBER, scale=self.scale)

    @property
    def operators(self) -> tuple[str, ...]:
        return ORDER_OPERATORS

    def parse(self, value: object) -> Any:
        number = digits.read_decimal(value)
        return None if number is None else digits.fit(number, self.precision, self.scale)

    def parse_text(self, text: str, locale: Locale) -> Any:
        return self.parse(digits.read_typed_decimal(text))

    def from_formula(self, value: Any) -> Any:
        number = digits.read_decimal(value)
        return None if number is None else digits.rounded(number, self.precision, self.scale)

    def to_json(self, value: Any) -> Any:
        """An int when there are no decimals, else a Decimal with exactly `scale` of them."""
        if value is None:
            return None
        number = digits.quantized(value, self.scale)
        return int(number) if self.scale == 0 else number

    def format(self, value: Any, locale: Locale) -> str:
        return "" if value is None else digits.format_number(value, self.scale, locale)

    def json_schema(self) -> Mapping[str, Any]:
        limit = 10 ** (self.precision - self.scale)
        kind = "integer" if self.scale == 0 else "number"
        return {"type": kind, "exclusiveMinimum": -limit, "exclusiveMaximum": limit}


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyField(NumberField):
    """An amount of money in one currency, `currency` its ISO 4217 code."""

    type_name: ClassVar[str] = "currency"
    widget: ClassVar[str] = "currency"
    own_properties: ClassVar[Mapping[str, Any]] = {
        **NumberField.own_properties,
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "x-expected": "an ISO currency code such as EUR"},
    }
    shared_properties: ClassVar[frozenset[str]] = frozenset(("required", "indexed", "default", "default_formula"))

    scale: int = 2
    currency: str = "EUR"

    def format(self, value: Any, locale: Locale) -> str:
        return "" if value is None else digits.format_money(value, self.currency, self.scale, locale)


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentField(NumberField):
    """Stored, typed, sent and set by rules as shown: 24 is 24 %. Salesforce's formulas see 0.24, as its type tells the rule engine."""

    type_name: ClassVar[str] = "percent"
    widget: ClassVar[str] = "percent"
    own_properties: ClassVar[Mapping[str, Any]] = NumberField.own_properties
    shared_properties: ClassVar[frozenset[str]] = frozenset(("required", "indexed", "default", "default_formula"))

    scale: int = 2

    @property
    def formula_type(self) -> Type:
        return Type(kind=Kind.NUMBER, scale=self.scale, percent=True)

    def parse_text(self, text: str, locale: Locale) -> Any:
        return self.parse(digits.read_typed_decimal(text.strip().removesuffix("%")))

    def format(self, value: Any, locale: Locale) -> str:
        return "" if value is None else digits.format_number(value, self.scale, locale) + "%"


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoNumberField(Field):
    """A text that the platform counts up: "INV-{0000}" gives INV-0001, INV-0002. Never written by a caller."""

    type_name: ClassVar[str] = "auto_number"
    widget: ClassVar[str] = "readonly"
    own_properties: ClassVar[Mapping[str, Any]] = {
        "format": {
            "type": "string",
            "maxLength": 40,
            "pattern": r"^[^{}]*\{0{1,12}\}[^{}]*$",
            "x-expected": 'a text with one counter in braces, such as "INV-{0000}"',
        },
        "start": {"type": "integer", "minimum": 0, "maximum": 10**12},
    }
    required_properties: ClassVar[tuple[str, ...]] = ("format",)

    format_text: str
    start: int = 1

    @property
    def is_writable(self) -> bool:
        return False

    @property
    def columns(self) -> tuple[Column, ...]:
        return (Column(name=self.name, kind=ColumnKind.TEXT, length=60),)

    @property
    def formula_type(self) -> Type:
        return TEXT

    @property
    def operators(self) -> tuple[str, ...]:
        return TEXT_OPERATORS

    def number_text(self, number: int) -> str:
        """The text of the record that got `number` from the counter."""
        return _COUNTER.sub(lambda match: str(number).zfill(len(match.group(1))), self.format_text, count=1)

    def parse(self, value: object) -> Any:
        if value is None or value == "":
            return None
        raise FieldValueError("read_only", say("Is numbered by the platform and cannot be set."))

    def parse_text(self, text: str, locale: Locale) -> Any:
        return self.parse(text)

    def to_json(self, value: Any) -> Any:
        return value

    def format(self, value: Any, locale: Locale) -> str:
        return value or ""

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "string", "readOnly": True}
