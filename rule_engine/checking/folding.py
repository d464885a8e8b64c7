"""Calls of constants become constants."""

from __future__ import annotations

from rule_engine import typed
from rule_engine.errors import FormulaError
from rule_engine.types import Kind

_MAX_LENGTH = 1_000  # a formula of a thousand long texts would fill the memory before it is evaluated


def folded(call: typed.Apply) -> typed.Typed:
    """The constant that a call of constants gives; the call itself where it fails, so that it fails when evaluated."""
    constants = [part.value for part in call.arguments if isinstance(part, typed.Constant)]
    is_constant = len(constants) == len(call.arguments) and not call.form.needs
    if not is_constant or call.type.kind is Kind.GEOLOCATION:
        return call
    try:
        is_blank = None in constants and not call.form.takes_blanks
        value = None if is_blank else call.form.python(*constants)
    except (FormulaError, ArithmeticError):
        return call
    if isinstance(value, str) and len(value) > _MAX_LENGTH:
        return call
    return typed.Constant(type=call.type, start=call.start, end=call.end, value=value)
