"""Typed tree into a Python function: a generated syntax tree, compiled once. No text of a user is ever executed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from rule_engine import typed
from rule_engine.checker import CheckedFormula
from rule_engine.context import EvaluationContext
from rule_engine.targets.python.batch import BatchFormula
from rule_engine.targets.python.generated import function_of
from rule_engine.targets.python.inputs import OneRecord
from rule_engine.targets.python.nodes import called, named
from rule_engine.targets.python.support import arithmetic_failed
from rule_engine.targets.python.writer import Writer
from rule_engine.types import Kind

__all__ = ["BatchFormula", "CompiledFormula", "compile_batch", "compile_python"]

CompiledFormula = Callable[[Mapping[str, Any], EvaluationContext], Any]


def compile_python(checked: CheckedFormula) -> CompiledFormula:
    """A function of a flat record (keys are paths joined with dots) and a context. Numbers of percent fields are in
    display units there, and read as fractions.

    The function raises FormulaError.
    """
    writer = Writer(OneRecord())
    body = writer.value(checked.tree)
    namespace = writer.names
    if typed.can_fail(checked.tree) or _computes(checked.tree):
        namespace |= {"ArithmeticError": ArithmeticError, "arithmetic_failed": arithmetic_failed}
        statements: list[ast.stmt] = [_guarded(body)]
    else:
        statements = [ast.Return(value=body)]
    function: CompiledFormula = function_of(("record", "context"), statements, namespace)
    return function


def compile_batch(checked: CheckedFormula) -> BatchFormula:
    """The formula for many records, or columns, in one call."""
    return BatchFormula(checked)


def _computes(tree: typed.Typed) -> bool:
    """Whether plain arithmetic is done, which may overflow."""
    return any(
        isinstance(node, typed.Apply | typed.Aggregate) and node.type.kind is Kind.NUMBER for node in typed.walk(tree)
    )


def _guarded(body: ast.expr) -> ast.stmt:
    """try: return body; except ArithmeticError as error: return arithmetic_failed(error)"""
    handler = ast.ExceptHandler(
        type=named("ArithmeticError"),
        name="error",
        body=[ast.Return(value=called("arithmetic_failed", named("error")))],
    )
    return ast.Try(body=[ast.Return(value=body)], handlers=[handler], orelse=[], finalbody=[])
