"""Operators as functions, under names no formula can write: `+` and its like choose a form by the kinds around them."""

from __future__ import annotations

from typing import Any

from rule_engine.functions.entry import Form, Function, form
from rule_engine.runtime import dates, numbers, texts


def operator_functions() -> tuple[Function, ...]:
    """`+ - * / ^ &`, the signs, and the conversions that the checker inserts."""
    return (
        _operator("operator +", _additions()),
        _operator("operator -", _subtractions()),
        _operator("operator *", (form("number, number -> number", numbers.multiply, postgresql=lambda _, a, b: a * b),)),
        _operator("operator /", (form("number, number -> number", numbers.divide, can_fail=True, postgresql=_pg_divide),)),
        _operator("operator ^", (form("number, number -> number", numbers.power, can_fail=True, postgresql=_pg_power),)),
        _operator("operator &", (_concatenation("text, text..."),)),
        _operator("sign -", (form("number -> number", numbers.negate, postgresql=lambda _, a: -a),)),
        _operator("differ", (form("text, text -> boolean", _differ, inline="a != b", takes_blanks=True),)),
        _operator("midnight", (form("date -> datetime", dates.midnight_in, needs=("time_zone",), can_fail=True,
                                    postgresql=lambda sql, day, zone: sql.midnight(day, zone)),)),
    )  # fmt: skip


def _operator(name: str, forms: tuple[Form, ...]) -> Function:
    return Function(name=name, usage=name, summary_en="", summary_zh="", example=None, forms=forms, is_internal=True)


def _differ(first: Any, second: Any) -> bool:
    """Of values of one field, whatever its type."""
    return bool(first != second)


def _concatenation(parameters: str) -> Form:
    return form(
        f"{parameters} -> text",
        texts.concatenate,
        takes_blanks=True,
        gives_blank=True,
        postgresql=lambda sql, *parts: sql.blank_if_empty(sql.call("concat", *parts)),
    )


def _additions() -> tuple[Form, ...]:
    return (
        form("number, number -> number", numbers.add, postgresql=lambda _, a, b: a + b),
        form("date, number -> date", dates.add_days, can_fail=True, postgresql=lambda sql, a, n: sql.add_days(a, n)),
        form(
            "number, date -> date",
            lambda n, day: dates.add_days(day, n),
            can_fail=True,
            postgresql=lambda sql, n, a: sql.add_days(a, n),
        ),
        form(
            "datetime, number -> datetime",
            dates.add_time_span,
            can_fail=True,
            postgresql=lambda sql, a, n: sql.add_time_span(a, n),
        ),
        form(
            "number, datetime -> datetime",
            lambda n, moment: dates.add_time_span(moment, n),
            can_fail=True,
            postgresql=lambda sql, n, a: sql.add_time_span(a, n),
        ),
        form("time, number -> time", dates.add_milliseconds, postgresql=lambda sql, a, n: sql.add_milliseconds(a, n)),
        _concatenation("text, text"),
    )


def _subtractions() -> tuple[Form, ...]:
    return (
        form("number, number -> number", numbers.subtract, postgresql=lambda _, a, b: a - b),
        form(
            "date, number -> date", dates.subtract_days, can_fail=True, postgresql=lambda sql, a, n: sql.add_days(a, -n)
        ),
        form("date, date -> number", dates.days_between, postgresql=lambda sql, a, b: sql.days_between(a, b)),
        form(
            "datetime, number -> datetime",
            dates.subtract_time_span,
            can_fail=True,
            postgresql=lambda sql, a, n: sql.add_time_span(a, -n),
        ),
        form(
            "datetime, datetime -> number",
            dates.time_span_between,
            postgresql=lambda sql, a, b: sql.time_span_between(a, b),
        ),
        form(
            "time, number -> time",
            dates.subtract_milliseconds,
            postgresql=lambda sql, a, n: sql.add_milliseconds(a, -n),
        ),
        form(
            "time, time -> number",
            dates.milliseconds_between,
            postgresql=lambda sql, a, b: sql.milliseconds_between(a, b),
        ),
    )


def _pg_divide(sql: Any, dividend: Any, divisor: Any) -> Any:
    """45 decimals, so that what is left of 39 digits after rounding is the same as elsewhere."""
    return sql.case((divisor != 0, sql.call("round", dividend, sql.whole(45)) / divisor))


def _pg_power(sql: Any, base: Any, exponent: Any) -> Any:
    magnitude = sql.call("log", sql.call("abs", base)) * exponent
    is_blank = base.is_(None) | exponent.is_(None)
    return sql.case(
        (is_blank | (exponent != sql.call("trunc", exponent)), None),
        (exponent == 0, 1),
        (base == 0, sql.case((exponent > 0, 0))),
        (magnitude > 64, None),
        (magnitude < -40, 0),
        otherwise=sql.call("power", sql.call("round", base, sql.whole(45)), exponent),
    )
