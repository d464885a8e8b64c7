"""Evaluates an aggregate over a child list row by row, and keeps what the first rows gave."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from rule_engine import typed
from rule_engine.runtime import numbers
from rule_engine.runtime.aggregates import OVER_ROWS
from rule_engine.targets.explain.tree import Explanation
from rule_engine.types import Kind

MAX_ROWS_SHOWN = 20


class RowEvaluator(Protocol):
    """What evaluates the condition and the value of one row."""

    def explain(self, node: typed.Typed) -> Explanation: ...

    def skipped(self, node: typed.Typed) -> Explanation: ...


class Rows:
    """The parts of one aggregate: a part for each of the first rows, and for a row that failed. `whole` has the place
    of the aggregate."""

    def __init__(
        self,
        node: typed.Aggregate,
        rows: Sequence[Mapping[str, Any]],
        evaluator_of: Callable[[Mapping[str, Any]], RowEvaluator],
        whole: Explanation,
    ) -> None:
        self._node, self._rows, self._evaluator_of, self._whole = node, rows, evaluator_of, whole
        self._done: list[Explanation] = []
        self.rows_left_out = 0

    def value(self) -> Any:
        """Raises: FormulaError where a row failed."""
        return OVER_ROWS[self._node.function](list(self._counting()))

    def all(self) -> tuple[Explanation, ...]:
        return tuple(self._done)

    def _counting(self) -> Iterator[Any]:
        """The values of the rows that count."""
        for number, row in enumerate(self._rows, start=1):
            parts = tuple(self._parts(self._evaluator_of(row)))
            part = self._row(number, parts)
            if number <= MAX_ROWS_SHOWN or part.failure is not None:
                self._done.append(part)
            else:
                self.rows_left_out += 1
            if part.failure is not None:
                raise part.failure.as_error()
            if part.value is not None:
                yield part.value

    def _parts(self, evaluator: RowEvaluator) -> Iterator[Explanation]:
        condition, value = self._node.condition, self._node.value
        counts = True
        if condition is not None:
            tested = evaluator.explain(condition)
            counts = tested.failure is None and bool(tested.value)
            yield tested
        if value is not None:
            yield evaluator.explain(value) if counts else evaluator.skipped(value)

    def _row(self, number: int, parts: Sequence[Explanation]) -> Explanation:
        """Its value is what it adds; blank when it does not count."""
        failure = next((part.failure for part in parts if part.failure), None)
        is_left_out = self._node.condition is not None and not parts[0].value
        value = None if is_left_out or failure else parts[-1].value if self._node.value is not None else numbers.ONE
        return replace(
            self._whole,
            text=f"{'.'.join(self._node.rows.path)} {number}",
            what="row",
            kind=self._node.value.type.kind if self._node.value is not None else Kind.NUMBER,
            value=value,
            failure=failure,
            children=tuple(parts),
        )
