"""Which values a part of a formula can have at all."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from rule_engine import typed
from rule_engine.checking.warnings.values import ALL, BLANK, MAX_SPANS, Values, between, only
from rule_engine.functions.form_names import name_of_form
from rule_engine.types import Kind

_RANGES: Mapping[str, tuple[int, int | None]] = {
    "LEN": (0, None),
    "FIND": (0, None),
    "ABS": (0, None),
    "SQRT": (0, None),
    "EXP": (0, None),
    "MONTH": (1, 12),
    "DAY": (1, 31),
    "DAYOFYEAR": (1, 366),
    "WEEKDAY": (1, 7),
    "ISOWEEK": (1, 53),
    "HOUR": (0, 23),
    "MINUTE": (0, 59),
    "SECOND": (0, 59),
    "MILLISECOND": (0, 999),
}


def domain_of(node: typed.Typed) -> Values:
    """Every value that the node can have; perhaps some more."""
    present = _present(node)
    return present | BLANK if typed.can_be_blank(node) else present - BLANK


def _present(node: typed.Typed) -> Values:
    if node.type.kind is Kind.BOOLEAN:
        return only((False, True))
    if isinstance(node, typed.Read) and node.reference.type.kind is Kind.PICKLIST:
        values = node.reference.type.values
        return only(values) if values is not None and len(values) <= MAX_SPANS else ALL - BLANK
    limits = _limits(node)
    if limits is None:
        return ALL - BLANK
    low, high = limits
    return between(Decimal(low), Decimal(high) if high is not None else None)


def _limits(node: typed.Typed) -> tuple[int, int | None] | None:
    if isinstance(node, typed.Aggregate) and node.function == "count":
        return 0, None
    return _RANGES.get(name_of_form(node.form)) if isinstance(node, typed.Apply) else None
