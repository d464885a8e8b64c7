"""The explaining evaluator: what every part of a formula gave on one record. For people and debugging, not for speed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rule_engine.checker import CheckedFormula
from rule_engine.context import EvaluationContext
from rule_engine.targets.explain.evaluator import Evaluator
from rule_engine.targets.explain.tree import Explanation, Failure

__all__ = ["Explanation", "Failure", "explain"]


def explain(checked: CheckedFormula, record: Mapping[str, Any], context: EvaluationContext) -> Explanation:
    """The formula with every part of it; value and failure of the whole are those of `compile_python`.

    `record` is flat, as for `compile_python`. A failing formula does not raise: `failure` says why.
    """
    return Evaluator(checked, record, context).explain(checked.tree)
