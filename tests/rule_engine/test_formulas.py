"""The tables of cases, on every target."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rule_engine import CheckedFormula, FormulaError, SourceError, check_formula, compile_python
from rule_engine.runtime.numbers import number_text
from tests.rule_engine.databases import FormulaDatabase
from tests.rule_engine.sample import CONTEXT, SCOPE, record_of, value_of

Case = dict[str, Any]


def _cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{file.stem}: {case['formula']}")
        for file in sorted((Path(__file__).parent / "cases").glob("*.toml"))
        for case in tomllib.loads(file.read_text(encoding="utf-8"))["case"]
    ]


CASES = [case for case in _cases() if not case.values[0].get("refused")]
REFUSED = [case for case in _cases() if case.values[0].get("refused")]


def _checked(case: Case) -> CheckedFormula:
    return check_formula(
        case["formula"], SCOPE, mode=case.get("mode", "trellis"), blank_as_zero=case.get("blank_as_zero", False)
    )


def _same(result: Any, case: Case, checked: CheckedFormula) -> bool:
    wanted = value_of(case.get("result"), checked.type.kind)
    if isinstance(wanted, bool) or checked.type.kind.value == "boolean":
        return bool(result) is bool(wanted)
    if isinstance(wanted, Decimal):
        return result is not None and number_text(round(result, 20)) == number_text(wanted)
    assert not isinstance(wanted, date | datetime | time) or type(result) is type(wanted)
    return bool(result == wanted)


@pytest.mark.parametrize("case", CASES)
def test_python_gives_the_result_of_the_table(case: Case) -> None:
    checked = _checked(case)
    compute = compile_python(checked)
    if "error" in case:
        with pytest.raises(FormulaError) as raised:
            compute(record_of(case.get("given", {})), CONTEXT)
        assert raised.value.kind == case["error"]
    else:
        result = compute(record_of(case.get("given", {})), CONTEXT)
        assert _same(result, case, checked), result


@pytest.mark.parametrize("case", CASES)
def test_databases_give_the_result_of_the_table(case: Case, formula_database: FormulaDatabase) -> None:
    if formula_database.name not in case.get("on", ["sqlite", "postgresql"]):
        return
    checked = _checked(case)
    result = formula_database.evaluate(checked, record_of(case.get("given", {})))
    if "error" in case:
        assert not result
    else:
        assert _same(result, case, checked), result


@pytest.mark.parametrize("case", REFUSED)
def test_formulas_that_mix_types_are_refused(case: Case) -> None:
    with pytest.raises(SourceError) as raised:
        _checked(case)
    assert {diagnostic.code for diagnostic in raised.value.diagnostics} == {"wrong_type"}
