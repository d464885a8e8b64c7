"""Every built-in has documents and an example that holds, and says what it is on each target."""

from __future__ import annotations

import pytest

from rule_engine import FUNCTIONS, check_formula, compile_python, describe_function
from rule_engine.functions import Function, build_functions
from rule_engine.runtime.numbers import number_text
from tests.rule_engine.sample import CONTEXT, SCOPE

PUBLIC = [function for function in FUNCTIONS.values() if not function.is_internal]
NOT_ON_POSTGRESQL = {"JSONPATHVALUE", "JSONVALUE", "REGEX"}


@pytest.mark.parametrize("function", PUBLIC, ids=lambda function: function.name)
def test_it_is_described_in_both_languages(function: Function) -> None:
    info = describe_function(function.name.lower())
    assert info.signature.startswith(f"{function.name}(")
    assert info.summary_en.endswith(".")
    assert info.summary_zh.endswith("。")


@pytest.mark.parametrize("function", [one for one in PUBLIC if one.example], ids=lambda function: function.name)
def test_its_example_holds(function: Function) -> None:
    assert function.example is not None
    formula, expected = function.example
    result = compile_python(check_formula(formula, SCOPE))({}, CONTEXT)
    shown = {True: "true", False: "false"}[result] if isinstance(result, bool) else result
    assert (shown if isinstance(shown, str) else number_text(shown)) == expected


def test_what_postgresql_lacks_is_known() -> None:
    lacking = {one.name for one in PUBLIC for form in one.forms if form.postgresql is None}
    assert lacking == NOT_ON_POSTGRESQL


def test_the_registry_is_built_by_one_function() -> None:
    assert build_functions().keys() == FUNCTIONS.keys()


def test_an_operator_cannot_be_called_by_its_inner_name() -> None:
    with pytest.raises(KeyError):
        describe_function("operator +")
