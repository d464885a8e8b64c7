"""What somebody gives the parameters of a rule: JSON values or typed texts -> Python values. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metamodel.fields.choice import CheckboxField
from metamodel.fields.digits import read_decimal, read_typed_decimal
from metamodel.fields.field import Field, FieldValueError, Locale
from metamodel.fields.reference import LookupField
from metamodel.fields.text import TextAreaField
from metamodel.fields.time import DateField, DatetimeField, TimeField
from metamodel.names import did_you_mean
from rule_engine.types import Kind, Type
from trellis.errors import FieldError, InvalidRecord
from trellis.records.parse import Source

MAX_TEXT = 10_000
Parameters = tuple[tuple[str, Type], ...]


def parse_parameters(
    rule: str, parameters: Parameters, given: Mapping[str, Any], source: Source, locale: Locale
) -> dict[str, Any]:
    """A value for each parameter, blank for those that are not given. `source`: "json", or "form" for typed texts. Raises InvalidRecord
    with every finding; `field` is the parameter."""
    findings: list[FieldError] = []
    types = dict(parameters)
    for name in given:
        if name not in types:
            hint = did_you_mean(str(name), types)
            message = f"The rule {rule!r} has no parameter {str(name)[:100]!r}."
            findings.append(_finding(str(name)[:100], "unknown_field", f"{message} {hint}" if hint else message))
    values: dict[str, Any] = {}
    for name, type_ in parameters:
        try:
            values[name] = _parse(name, type_, given.get(name), source, locale)
        except FieldValueError as error:
            findings.append(_finding(name, error.code, error.message))
    if findings:
        raise InvalidRecord(f"{findings[0].field}: {findings[0].message}", fields=tuple(findings))
    return values


def parameter_field(name: str, type_: Type) -> Field:
    """A field that takes what the parameter does; numbers are taken with any digits, whatever it says."""
    label = name.replace("_", " ").capitalize()
    match type_.kind:
        case Kind.BOOLEAN:
            return CheckboxField(name=name, label=label)
        case Kind.DATE:
            return DateField(name=name, label=label)
        case Kind.DATETIME:
            return DatetimeField(name=name, label=label)
        case Kind.TIME:
            return TimeField(name=name, label=label)
        case Kind.ID:
            return LookupField(name=name, label=label, object=type_.target or "")
    return TextAreaField(name=name, label=label, length=MAX_TEXT)


def _parse(name: str, type_: Type, value: Any, source: Source, locale: Locale) -> Any:
    if source == "form" and isinstance(value, str):
        if type_.kind is Kind.NUMBER:
            return read_typed_decimal(value)
        return parameter_field(name, type_).parse_text(value, locale)
    return read_decimal(value) if type_.kind is Kind.NUMBER else parameter_field(name, type_).parse(value)


def _finding(name: str, code: str, message: str) -> FieldError:
    return FieldError(field=name, code=code, message=message)
