"""Every target behind one protocol: a checked formula over all rows at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from rule_engine import CheckedFormula, FormulaError, UnsupportedOnTarget, compile_batch, compile_python
from tests.agreement.comparison import paths_read
from tests.agreement.model import CONTEXT
from tests.agreement.rows import Row
from tests.rule_engine.javascript.evaluator import JavascriptEvaluator


class Target(Protocol):
    name: str

    def evaluate(self, checked: CheckedFormula) -> list[Any]:
        """The value for each row in Python form, None where the formula fails.

        Raises: UnsupportedOnTarget.
        """

    def close(self) -> None: ...


class PythonTarget:
    """In one call, and the first rows one by one, which must come to the same."""

    name = "python"

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        self._columns = {key: [row[key] for row in rows] for key in rows[0]}

    def evaluate(self, checked: CheckedFormula) -> list[Any]:
        batch, single = compile_batch(checked), compile_python(checked)
        values = [_or_none(value) for value in batch.evaluate(self._rows, CONTEXT)]
        assert [_or_none(value) for value in batch.evaluate_columns(self._columns, CONTEXT)] == values
        for row, value in zip(self._rows[:3], values, strict=False):
            try:
                assert single(row, CONTEXT) == value
            except FormulaError:
                assert value is None
        return values

    def close(self) -> None:
        """Holds nothing."""


def _or_none(value: Any) -> Any:
    return None if isinstance(value, FormulaError) else value


class JavascriptTarget:
    name = "javascript"

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows, self._evaluator = rows, JavascriptEvaluator()

    def evaluate(self, checked: CheckedFormula) -> list[Any]:
        read = paths_read(checked)
        rows = [{name: row[name] for name in read} for row in self._rows]
        values = [_or_none(value) for value in self._evaluator.evaluate(checked, rows, CONTEXT)]
        if all(isinstance(value, UnsupportedOnTarget) for value in values):
            raise values[0]
        return values

    def close(self) -> None:
        self._evaluator.close()
