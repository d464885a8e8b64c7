"""What an aggregate makes of the values of child rows; blank ones are None and left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from rule_engine.runtime.numbers import CONTEXT, ZERO, divide


def count(rows: Sequence[Any]) -> Decimal:
    return Decimal(len(rows))


def total(values: Sequence[Decimal | None]) -> Decimal:
    """0 without values."""
    result = ZERO
    for value in values:
        if value is not None:
            result = CONTEXT.add(result, value)
    return result


def average(values: Sequence[Decimal | None]) -> Decimal | None:
    present = [value for value in values if value is not None]
    return divide(total(present), Decimal(len(present))) if present else None


def least(values: Sequence[Any]) -> Any:
    return min((value for value in values if value is not None), default=None)


def greatest(values: Sequence[Any]) -> Any:
    return max((value for value in values if value is not None), default=None)


OVER_ROWS: Mapping[str, Callable[[Sequence[Any]], Any]] = {
    "count": count,
    "sum": total,
    "avg": average,
    "min": least,
    "max": greatest,
}
