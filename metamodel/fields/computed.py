"""Fields that are computed when they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Literal

from metamodel.columns import Column
from metamodel.fields.choice import CheckboxField
from metamodel.fields.digits import MAX_PRECISION, quantized
from metamodel.fields.field import Field, FieldValueError, Locale
from metamodel.fields.number import SCALE_SCHEMA, CurrencyField, NumberField, PercentField
from metamodel.fields.text import LongTextField
from metamodel.fields.time import DateField, DatetimeField, TimeField
from rule_engine.types import BOOLEAN, DATE, DATETIME, NUMBER, TEXT, TIME, Kind, Type
from rule_engine.wording import say

FORMULA_LENGTH = 64_000
RESULT_TYPES: Mapping[str, Type] = {
    "text": TEXT,
    "number": NUMBER,
    "currency": NUMBER,
    "percent": Type(kind=Kind.NUMBER, percent=True),
    "checkbox": BOOLEAN,
    "date": DATE,
    "datetime": DATETIME,
    "time": TIME,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FormulaField(Field):
    """`returns`: the field type of the result, shown with `scale` decimals. `blanks`: whether a blank number in the formula reads
    as "zero" or stays "blank". `syntax`: "salesforce" for a formula that keeps that platform's
    rules, where a percent of 24 % is 0.24; in ours it is 24."""

    type_name: ClassVar[str] = "formula"
    widget: ClassVar[str] = "readonly"
    own_properties: ClassVar[Mapping[str, Any]] = {
        "returns": {"enum": list(RESULT_TYPES)},
        "formula": {"type": "string", "minLength": 1, "maxLength": FORMULA_LENGTH},
        "scale": SCALE_SCHEMA,
        "currency": CurrencyField.own_properties["currency"],
        "blanks": {"enum": ["zero", "blank"]},
        "syntax": {"enum": ["trellis", "salesforce"]},
    }
    required_properties: ClassVar[tuple[str, ...]] = ("returns", "formula")

    returns: str
    formula: str
    scale: int = 2
    currency: str = "EUR"
    blanks: str = "zero"
    syntax: Literal["trellis", "salesforce"] = "trellis"

    @property
    def result(self) -> Field:
        """A field of the type it returns: formats and sends the result."""
        name, label, scale = self.name, self.label, self.scale
        match self.returns:
            case "number":
                return NumberField(name=name, label=label, precision=MAX_PRECISION, scale=scale)
            case "currency":
                return CurrencyField(
                    name=name, label=label, precision=MAX_PRECISION, scale=scale, currency=self.currency
                )
            case "percent":
                return PercentField(name=name, label=label, precision=MAX_PRECISION, scale=scale)
            case "checkbox":
                return CheckboxField(name=name, label=label)
            case "date":
                return DateField(name=name, label=label)
            case "datetime":
                return DatetimeField(name=name, label=label)
            case "time":
                return TimeField(name=name, label=label)
            case _:
                return LongTextField(name=name, label=label)

    @property
    def columns(self) -> tuple[Column, ...]:
        return ()

    @property
    def formula_type(self) -> Type:
        return RESULT_TYPES[self.returns]

    @property
    def operators(self) -> tuple[str, ...]:
        return self.result.operators

    def parse(self, value: object) -> Any:
        raise FieldValueError("read_only", say("Is computed and cannot be set."))

    def parse_text(self, text: str, locale: Locale) -> Any:
        return self.parse(text)

    def from_formula(self, value: Any) -> Any:
        """The result of any size, rounded as it is shown."""
        if isinstance(value, Decimal):
            return quantized(value, self.scale)
        return value

    def to_json(self, value: Any) -> Any:
        return self.result.to_json(value)

    def format(self, value: Any, locale: Locale) -> str:
        return self.result.format(value, locale)

    def json_schema(self) -> Mapping[str, Any]:
        return {**self.result.json_schema(), "readOnly": True}
