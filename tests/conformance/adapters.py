"""Evaluators for the vectors: formula, fields and inputs in JSON forms to a value, one for each target."""

from __future__ import annotations

import atexit
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Context, Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect

from rule_engine import (
    CheckedFormula,
    EvaluationContext,
    Kind,
    Reference,
    Type,
    check_formula,
    compile_python,
    compile_sql,
    register_sqlite_functions,
    sql_context_values,
)
from rule_engine.types import Path
from tests.rule_engine.javascript.evaluator import JavascriptEvaluator

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


def scope_of(fields: Mapping[str, str], scales: Mapping[str, int] | None = None) -> VectorScope:
    """`scales`: decimals of stored numbers by name."""
    scales = scales or {}
    references = {}
    for name, field_type in fields.items():
        path = path_of(name)
        kind = Type(kind=_KINDS[field_type], percent=field_type == "Percent", scale=scales.get(name))
        references[".".join(path)] = Reference(path=path, type=kind)
    return VectorScope(references)


def path_of(name: str) -> Path:
    """The path of a field. What begins with `$` is one name here, and so a field, since the vectors give it a value."""
    lowered = name.lower()
    return (lowered,) if lowered.startswith("$") else tuple(lowered.split("."))


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


def check_vector(
    formula: str, fields: Mapping[str, str], *, null_as_zero: bool, scales: Mapping[str, int] | None = None
) -> CheckedFormula:
    return check_formula(formula, scope_of(fields, scales), mode="salesforce", blank_as_zero=null_as_zero)


def vector_context(time_zone: str = "UTC") -> EvaluationContext:
    return EvaluationContext(now=datetime.now(UTC), time_zone=ZoneInfo(time_zone))


@cache
def _function(formula: str, fields: tuple[tuple[str, str], ...], null_as_zero: bool) -> Callable[..., Any]:
    return compile_python(check_vector(formula, dict(fields), null_as_zero=null_as_zero))


def python(
    formula: str,
    fields: dict[str, str],
    inputs: dict[str, Any],
    null_as_zero: bool,
    return_type: str,
    *,
    time_zone: str = "UTC",
) -> Any:
    """The Python target."""
    compute = _function(formula, tuple(fields.items()), null_as_zero)
    record = {name.lower(): native(inputs.get(name), field_type) for name, field_type in fields.items()}
    return outward(compute(record, vector_context(time_zone)), return_type)


@cache
def _javascript_evaluator() -> JavascriptEvaluator:
    evaluator = JavascriptEvaluator()
    atexit.register(evaluator.close)
    return evaluator


@cache
def _checked(formula: str, fields: tuple[tuple[str, str], ...], null_as_zero: bool) -> CheckedFormula:
    return check_vector(formula, dict(fields), null_as_zero=null_as_zero)


def javascript(
    formula: str,
    fields: dict[str, str],
    inputs: dict[str, Any],
    null_as_zero: bool,
    return_type: str,
    *,
    time_zone: str = "UTC",
) -> Any:
    """The JavaScript target, in one process of Node.js."""
    checked = _checked(formula, tuple(fields.items()), null_as_zero)
    record = {name.lower(): native(inputs.get(name), field_type) for name, field_type in fields.items()}
    (result,) = _javascript_evaluator().evaluate(checked, [record], vector_context(time_zone))
    if isinstance(result, Exception):
        raise result
    return outward(result, return_type)


_COLUMN_TYPES: dict[str, Any] = {"Boolean": sa.Boolean(), **dict.fromkeys(_NUMBERS, sa.BigInteger())}


@cache
def _sqlite_connection() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    register_sqlite_functions(connection)
    return connection


@cache
def _sqlite_statement(
    formula: str, fields: tuple[tuple[str, str], ...], scales: tuple[tuple[str, int], ...], null_as_zero: bool
) -> tuple[str, dict[str, Any], Kind]:
    """SELECT formula FROM one row whose columns are parameters v0, v1, ..."""
    checked = check_vector(formula, dict(fields), null_as_zero=null_as_zero, scales=dict(scales))
    columns = {
        path_of(name): sa.column(f"c{index}", _COLUMN_TYPES.get(field_type, sa.Text()))
        for index, (name, field_type) in enumerate(fields)
    }
    row = sa.select(*(sa.bindparam(f"v{index}").label(f"c{index}") for index in range(len(fields)))).subquery()
    expression = compile_sql(checked, columns.__getitem__, "sqlite")
    statement = sa.select(expression).select_from(row) if fields else sa.select(expression)
    compiled = statement.compile(dialect=sqlite_dialect(paramstyle="named"))
    return str(compiled), dict(compiled.params), checked.type.kind


def _decimals(value: Any) -> int:
    return max(0, -int(value.as_tuple().exponent)) if isinstance(value, Decimal) else 0


def _stored(value: Any) -> Any:
    """A value as SQLite stores it."""
    if isinstance(value, Decimal):
        return int(value.scaleb(_decimals(value), Context(prec=60)))
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
    if isinstance(value, time):
        return value.isoformat("milliseconds")
    return value.isoformat() if isinstance(value, date) else value


def _from_sqlite(value: Any, kind: Kind) -> Any:
    if value is not None and kind is Kind.NUMBER:
        return Decimal(value)
    return bool(value) if value is not None and kind is Kind.BOOLEAN else value


def sqlite(
    formula: str,
    fields: dict[str, str],
    inputs: dict[str, Any],
    null_as_zero: bool,
    return_type: str,
    *,
    time_zone: str = "UTC",
) -> Any:
    """The SQLite target, in memory."""
    given = {name: native(inputs.get(name), field_type) for name, field_type in fields.items()}
    scales = tuple((name, _decimals(value)) for name, value in given.items())
    sql, parameters, kind = _sqlite_statement(formula, tuple(fields.items()), scales, null_as_zero)
    row = {f"v{index}": _stored(value) for index, value in enumerate(given.values())}
    values = {**parameters, **sql_context_values(vector_context(time_zone), "sqlite"), **row}
    (result,) = _sqlite_connection().execute(sql, values).fetchone()
    return outward(_from_sqlite(result, kind), return_type)
