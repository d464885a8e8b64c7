"""Evaluators for the vectors: formula, fields and inputs in JSON forms to a value, one for each target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Context, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from rule_engine import CheckedFormula, EvaluationContext, Kind, Reference, Type, check_formula, compile_python
from rule_engine.types import Path

_NUMBERS = ("Double", "Currency", "Percent")
_KINDS = {
    **dict.fromkeys(_NUMBERS, Kind.NUMBER),
    "Text": Kind.TEXT,
    "Boolean": Kind.BOOLEAN,
    "DateOnly": Kind.DATE,
    "DateTime": Kind.DATETIME,
    "TimeOnly": Kind.TIME,
    "Picklist": Kind.PICKLIST,
}


@dataclass(frozen=True, slots=True)
class VectorScope:
    """The fields of one vector; a dot is part of a name."""

    references: Mapping[str, Reference]

    def find(self, path: Path) -> Reference | None:
        return self.references.get(".".join(path).lower())

    def names(self, prefix: Path) -> Sequence[str]:
        return () if prefix else tuple(self.references)


def scope_of(fields: Mapping[str, str]) -> VectorScope:
    references = {}
    for name, field_type in fields.items():
        path = tuple(name.lower().split("."))
        kind = Type(
            kind=_KINDS[field_type], percent=field_type == "Percent", scale=6 if field_type in _NUMBERS else None
        )
        references[".".join(path)] = Reference(path=path, type=kind)
    return VectorScope(references)


def native(value: Any, field_type: str) -> Any:
    """An input in the Python form of its type."""
    if value is None or value == "":
        return None
    if field_type in _NUMBERS:
        return Decimal(value)
    if field_type == "DateOnly":
        return date.fromisoformat(value)
    if field_type == "DateTime":
        return datetime.fromisoformat(value.replace("Z", "+00:00"))
    if field_type == "TimeOnly":
        return time.fromisoformat(value)
    return value


def outward(value: Any, return_type: str) -> Any:
    """A result in the form of the vectors: percents in display units."""
    if isinstance(value, Decimal) and return_type == "Percent":
        return value.scaleb(2, Context(prec=60))
    return value


def check_vector(formula: str, fields: Mapping[str, str], *, null_as_zero: bool) -> CheckedFormula:
    return check_formula(formula, scope_of(fields), mode="salesforce", blank_as_zero=null_as_zero)


def vector_context(time_zone: str = "UTC") -> EvaluationContext:
    return EvaluationContext(now=datetime.now(UTC), time_zone=ZoneInfo(time_zone))


_compiled: dict[Any, Any] = {}


def python(formula: str, fields: dict[str, str], inputs: dict[str, Any], null_as_zero: bool, return_type: str) -> Any:
    """The Python target."""
    key = (formula, tuple(fields.items()), null_as_zero)
    if key not in _compiled:
        _compiled[key] = compile_python(check_vector(formula, fields, null_as_zero=null_as_zero))
    record = {name.lower(): native(inputs.get(name), field_type) for name, field_type in fields.items()}
    return outward(_compiled[key](record, vector_context()), return_type)
