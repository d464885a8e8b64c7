"""A table of conditions, compiled and indexed: which row a record comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rule_engine.checker import CheckedFormula
from rule_engine.context import EvaluationContext
from rule_engine.rules.index.conditions import ConditionIndex
from rule_engine.targets.python import CompiledFormula, compile_python


class FirstMatch:
    """Conditions in order, None being one that always holds. Each is compiled when it is first asked for."""

    def __init__(self, conditions: Sequence[CheckedFormula | None]) -> None:
        self._conditions = tuple(conditions)
        self._compiled: list[CompiledFormula | None] = [None] * len(self._conditions)
        self._index = ConditionIndex(self._conditions)

    def find(self, record: Mapping[str, Any], context: EvaluationContext) -> int | None:
        """The place of the first condition that holds, from 0; None when none does. Raises what asking one after the other would:
        FormulaError."""
        compiled = self._compiled

        def holds(number: int) -> bool:
            run = compiled[number] or self._compile(number)
            return run is None or run(record, context) is True

        return self._index.first(record, holds)

    def _compile(self, number: int) -> CompiledFormula | None:
        condition = self._conditions[number]
        if condition is not None:
            self._compiled[number] = compile_python(condition)
        return self._compiled[number]
