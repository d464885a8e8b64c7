"""Typed tree into a Python function with the loop over many records inside. A failing record does not stop the others."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from rule_engine import typed
from rule_engine.checker import CheckedFormula
from rule_engine.context import EvaluationContext
from rule_engine.errors import FormulaError
from rule_engine.targets.python.generated import function_of
from rule_engine.targets.python.inputs import EachRecord, EachRow, Many
from rule_engine.targets.python.nodes import called, named
from rule_engine.targets.python.support import as_formula_error
from rule_engine.targets.python.writer import Writer

Records = Iterable[Mapping[str, Any]]
Columns = Mapping[str, Sequence[Any]]
_Run = Callable[..., None]


class BatchFormula:
    """One formula over any number of records of one moment, in their order. Each way is compiled at its first use.

    Records are those that `compile_python` takes. Columns are sequences of one length under the same keys; what the
    formula does not read may be left out, but one column there must be. PRIORVALUE and ISCHANGED see the one
    `context.prior` for every record.
    """

    def __init__(self, checked: CheckedFormula) -> None:
        self._tree = checked.tree

    def evaluate(self, records: Records, context: EvaluationContext) -> list[Any]:
        """The value for each record; where it fails the FormulaError itself, not raised."""
        results: list[Any] = []
        self._values(records, context, results.append, lambda _, error: results.append(error))
        return results

    def evaluate_columns(self, columns: Columns, context: EvaluationContext) -> list[Any]:
        """As `evaluate`, for the rows across columns.

        Raises: ValueError when one is longer than another.
        """
        results: list[Any] = []
        run, count = self._column_values, _length(columns)
        run(columns, context, count, results.append, lambda _, error: results.append(error))
        return results

    def select(
        self, records: Records, context: EvaluationContext, failures: dict[int, FormulaError] | None = None
    ) -> list[int]:
        """The places, from 0, of the records for which it is true. Those where it fails are not among them; they come
        into `failures` when that is given."""
        found: list[int] = []
        self._matches(records, context, found.append, _keeper(failures))
        return found

    def select_columns(
        self, columns: Columns, context: EvaluationContext, failures: dict[int, FormulaError] | None = None
    ) -> list[int]:
        """As `select`, for the rows across columns.

        Raises: ValueError when one is longer than another.
        """
        found: list[int] = []
        self._column_matches(columns, context, _length(columns), found.append, _keeper(failures))
        return found

    @cached_property
    def _values(self) -> _Run:
        return _value_loop(self._tree, EachRecord())

    @cached_property
    def _column_values(self) -> _Run:
        return _value_loop(self._tree, EachRow())

    @cached_property
    def _matches(self) -> _Run:
        return _match_loop(self._tree, EachRecord())

    @cached_property
    def _column_matches(self) -> _Run:
        return _match_loop(self._tree, EachRow())


def _length(columns: Columns) -> int:
    if not columns:
        raise ValueError("There must be a column, to tell how many rows there are.")
    return len(next(iter(columns.values())))


def _keeper(failures: dict[int, FormulaError] | None) -> Callable[[int, FormulaError], None]:
    return (lambda _, __: None) if failures is None else failures.__setitem__


def _value_loop(tree: typed.Typed, inputs: Many) -> _Run:
    """For each row: found(value)"""
    writer = Writer(inputs)
    return _loop(ast.Expr(value=called("found", writer.value(tree))), inputs, writer)


def _match_loop(tree: typed.Typed, inputs: Many) -> _Run:
    """For each row: if condition: found(index)"""
    writer = Writer(inputs)
    step = ast.If(test=writer.condition(tree), body=[ast.Expr(value=called("found", named("index")))], orelse=[])
    return _loop(step, inputs, writer)


def _loop(step: ast.stmt, inputs: Many, writer: Writer) -> _Run:
    """for ...: try: step except (FormulaError, ArithmeticError) as error: failed(index, as_formula_error(error))"""
    names: dict[str, Any] = {
        "FormulaError": FormulaError,
        "ArithmeticError": ArithmeticError,
        "as_formula_error": as_formula_error,
        "enumerate": enumerate,
        "range": range,
        "zip": zip,
    }
    handler = ast.ExceptHandler(
        type=ast.Tuple(elts=[named("FormulaError"), named("ArithmeticError")], ctx=ast.Load()),
        name="error",
        body=[ast.Expr(value=called("failed", named("index"), called("as_formula_error", named("error"))))],
    )
    guarded = ast.Try(body=[step], handlers=[handler], orelse=[], finalbody=[])
    loop = ast.For(target=inputs.target(), iter=inputs.rows(), body=[guarded], orelse=[])
    return function_of((*inputs.parameters, "found", "failed"), [*inputs.before(), loop], names | writer.names)
