"""What generated functions call besides the built-ins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rule_engine.errors import FormulaError


def arithmetic_failed(error: ArithmeticError) -> None:
    """Raises what a formula raises."""
    raise as_formula_error(error) from None


def as_formula_error(error: FormulaError | ArithmeticError) -> FormulaError:
    """What a formula raises where plain arithmetic went out of range."""
    if isinstance(error, FormulaError):
        return error
    return FormulaError("out_of_range", f"The result is out of range ({type(error).__name__}).")


def recover(compute: Callable[[], Any], fallback: Callable[[], Any]) -> Any:
    try:
        return compute()
    except (FormulaError, ArithmeticError):
        return fallback()


def holds(selected: Sequence[str] | None, wanted: Sequence[str | None]) -> bool:
    return selected is not None and any(value in selected for value in wanted if value is not None)


def one_of(subject: Any, values: Sequence[Any]) -> bool:
    return subject is not None and subject in values


def first_present(value: Any, fallback: Any) -> Any:
    return fallback if value is None else value


def case_of_text(subject: Any, pairs: Sequence[Any], otherwise: Any) -> Any:
    return next((result for value, result in zip(pairs[::2], pairs[1::2], strict=True) if value == subject), otherwise)


def case_of_values(subject: Any, pairs: Sequence[Any], otherwise: Any) -> Any:
    return otherwise if subject is None else case_of_text(subject, pairs, otherwise)


def find_value(
    look_up: Callable[[str, str, str, Any], Any] | None, object_: str, field: str, key_field: str, key: Any
) -> Any:
    """VLOOKUP: nothing has a blank key."""
    if look_up is None:
        raise FormulaError("cannot_look_up", f"{object_} cannot be looked up here.")
    return None if key is None else look_up(object_, field, key_field, key)
