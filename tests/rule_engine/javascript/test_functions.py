"""Every built-in is in JavaScript's runtime, under a name that the runtime has, and its example holds there."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rule_engine import FUNCTIONS, check_formula
from rule_engine.checking import checker
from rule_engine.runtime.numbers import number_text
from rule_engine.targets.javascript.functions import RUNTIME_FUNCTIONS, signature
from tests.rule_engine.javascript.evaluator import JavascriptEvaluator
from tests.rule_engine.sample import BLANK, CONTEXT, SCOPE


def test_every_form_has_a_function_and_no_function_lacks_its_form() -> None:
    forms = {signature(form) for function in FUNCTIONS.values() for form in function.forms}
    assert forms == set(RUNTIME_FUNCTIONS)


def test_the_runtime_exports_every_function(javascript: JavascriptEvaluator) -> None:
    assert javascript.missing(set(RUNTIME_FUNCTIONS.values())) == []


def test_examples_hold_when_nothing_is_computed_beforehand(
    javascript: JavascriptEvaluator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checker, "folded", lambda call: call)
    examples = [one.example for one in FUNCTIONS.values() if one.example]
    jobs = [(check_formula(formula, SCOPE), [BLANK]) for formula, _ in examples]
    shown = [_shown(value) for (value,) in javascript.evaluate_many(jobs, CONTEXT)]
    assert shown == [expected for _, expected in examples]


def _shown(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value) if isinstance(value, Decimal) else value
