"""A box into a record that lies in it, and proof that the record shows what it is said to show: the conditions are evaluated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from rule_engine import typed
from rule_engine.checker import CheckedFormula
from rule_engine.checking.warnings.values import Cut, Values, only
from rule_engine.context import EvaluationContext
from rule_engine.errors import FormulaError
from rule_engine.rules.analysis.finding import Example
from rule_engine.rules.analysis.regions import Box, Space
from rule_engine.targets.python import compile_python
from rule_engine.types import Kind, Type

_CONTEXT = EvaluationContext(now=datetime(2026, 1, 15, 12, tzinfo=UTC))
_ORDINARY: Mapping[Kind, tuple[Any, ...]] = {
    Kind.NUMBER: (Decimal(1), Decimal(0)),
    Kind.DATE: (date(2026, 1, 15),),
    Kind.DATETIME: (datetime(2026, 1, 15, 12, tzinfo=UTC),),
    Kind.TEXT: ("other", "Other"),
    Kind.PICKLIST: ("other", "Other"),
}
_STEPS: Mapping[Kind, tuple[Any, ...]] = {
    Kind.NUMBER: (Decimal(1), Decimal("0.5"), Decimal("0.01")),
    Kind.DATE: (timedelta(days=1),),
    Kind.DATETIME: (timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)),
}


class Examples:
    """Makes example records. What depends on the moment, the user, other records or the record before has none."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._compiled: dict[int, tuple[CheckedFormula, Callable[[Any, Any], Any] | None]] = {}

    def find(
        self, box: Box, holding: Iterable[CheckedFormula], failing: Iterable[CheckedFormula] = ()
    ) -> Example | None:
        """A record of the box for which each of the first formulas is true, and none of the others is; None when there is no telling."""
        example = self._pick(box)
        if example is None:
            return None
        wanted = [(formula, True) for formula in holding] + [(formula, False) for formula in failing]
        record = dict.fromkeys(_paths(formula for formula, _ in wanted)) | example
        if not _is_consistent(record):
            return None
        is_shown = all(self._holds(formula, record) is expected for formula, expected in wanted)
        return example if is_shown else None

    def _pick(self, box: Box) -> dict[str, Any] | None:
        example: dict[str, Any] = {}
        for subject, values in box.items():
            node = self._space.nodes[subject]
            if not isinstance(node, typed.Read) or node.is_prior:
                continue  # perhaps it comes out right anyway
            found = list(_values_in(values, node.reference.type))
            path = ".".join(node.reference.path)
            if not found:
                return None
            if path in example and example[path] not in found:
                return None
            example[path] = found[0]
        return dict(sorted(example.items()))

    def _holds(self, formula: CheckedFormula, record: Mapping[str, Any]) -> bool | None:
        """None when it cannot be told from the record alone."""
        known = self._compiled.get(id(formula))
        if known is None:
            run = compile_python(formula) if _is_of_the_record(formula) else None
            known = self._compiled[id(formula)] = (formula, run)
        if known[1] is None:
            return None
        try:
            return known[1](record, _CONTEXT) is True
        except FormulaError:
            return None


def _paths(formulas: Iterable[CheckedFormula]) -> Iterator[str]:
    for formula in formulas:
        for reference in formula.references:
            yield ".".join(reference.path)


def _is_of_the_record(formula: CheckedFormula) -> bool:
    return not formula.collections and not any(
        isinstance(node, typed.ContextRead | typed.FindValue | typed.Aggregate)
        or (isinstance(node, typed.Read) and node.is_prior)
        for node in typed.walk(formula.tree)
    )


def _is_consistent(record: Mapping[str, Any]) -> bool:
    """A record that points to nothing has no fields of what it points to."""
    for path, value in record.items():
        if value is None:
            continue
        parts = path.split(".")
        above = (".".join(parts[:length]) for length in range(1, len(parts)))
        if any(lookup in record and record[lookup] is None for lookup in above):
            return False
    return True


def _values_in(values: Values, kind: Type) -> Iterator[Any]:
    """Some of the values, the plainest first, blank last."""
    if kind.values is not None and kind.kind is Kind.PICKLIST:
        yield from (value for value in kind.values if _has(values, value))
    elif kind.kind is Kind.BOOLEAN:
        yield from (value for value in (True, False) if _has(values, value))
    else:
        factor = Decimal(100) if kind.percent else None
        for value in (*_near(values, kind.kind), *_ORDINARY.get(kind.kind, ())):
            stored = value * factor if factor is not None else value
            if _has(values, value) and _can_be_stored(stored, kind):
                yield stored
    if values.has_blank:
        yield None


def _near(values: Values, kind: Kind) -> Iterator[Any]:
    """Around the bounds: themselves, then a step inside, then between them."""
    for start, end in values.spans:
        bounds = [cut[1] for cut in (start, end) if len(cut) > 1]
        yield from bounds
        yield from _inside(start, end, kind)


def _inside(start: Cut, end: Cut, kind: Kind) -> Iterator[Any]:
    if kind in (Kind.TEXT, Kind.PICKLIST):
        yield from _ORDINARY[kind]
        if len(start) > 1:
            yield from (start[1] + "a", start[1] + " a")
        return
    try:
        for step in _STEPS.get(kind, ()):
            if len(start) > 1:
                yield start[1] + step
            if len(end) > 1:
                yield end[1] - step
        if len(start) > 1 and len(end) > 1 and kind is Kind.NUMBER:
            yield (start[1] + end[1]) / 2
    except (OverflowError, ArithmeticError):
        return


def _has(values: Values, value: Any) -> bool:
    return values.contains(only((value,)))


def _can_be_stored(value: Any, kind: Type) -> bool:
    if value == "":
        return False
    if isinstance(value, Decimal) and kind.scale is not None:
        return value == round(value, kind.scale)
    return True
