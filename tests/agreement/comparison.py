"""When two targets agree on a value: numbers within 1e-9 of each other, everything else exactly."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal
from typing import Any

from rule_engine import CheckedFormula, Kind, UnsupportedOnTarget
from tests.agreement.rows import Row

_RELATIVE, _ABSOLUTE = Decimal("1e-9"), Decimal("1e-12")
_WIDE = Context(prec=200)


def are_equal(first: Any, second: Any, kind: Kind) -> bool:
    """Blank and false are one at the top of a condition. A row that a target leaves to another is not compared."""
    if isinstance(second, UnsupportedOnTarget):
        return True
    if kind is Kind.BOOLEAN:
        return bool(first) == bool(second)
    if isinstance(first, Decimal) and isinstance(second, Decimal):
        largest = max(abs(first), abs(second))
        return abs(_WIDE.subtract(first, second)) <= max(_ABSOLUTE, _WIDE.multiply(largest, _RELATIVE))
    return bool(first == second)


def first_difference(ours: Sequence[Any], theirs: Sequence[Any], kind: Kind) -> int | None:
    """The place of the first row where they differ."""
    assert len(ours) == len(theirs)
    pairs = enumerate(zip(ours, theirs, strict=True))
    return next((place for place, (one, other) in pairs if not are_equal(one, other, kind)), None)


def paths_read(checked: CheckedFormula) -> list[str]:
    """What the formula reads of a row."""
    read = [".".join(reference.path) for reference in checked.references]
    return read + [".".join(one.rows.path) for one in checked.collections]


def shown(checked: CheckedFormula, row: Row) -> str:
    """The values of the row that the formula reads."""
    return ", ".join(f"{name}={row[name]!r}" for name in paths_read(checked)) or "any row"
