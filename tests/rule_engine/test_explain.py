"""The explaining evaluator gives what the Python target gives, and says of every part what it was."""

from __future__ import annotations

import random
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rule_engine import Explanation, FormulaError, check_formula, compile_python, explain, parse_formula
from tests.agreement import model
from tests.agreement.formulas import Case, cases
from tests.agreement.rows import make_rows
from tests.rule_engine.sample import CONTEXT, SCOPE, record_of

ROWS = make_rows(random.Random(1), 20)
CASES = [
    pytest.param(case, id=f"{file.stem}: {case['formula']}")
    for file in sorted((Path(__file__).parent / "cases").glob("*.toml"))
    for case in tomllib.loads(file.read_text(encoding="utf-8"))["case"]
    if not case.get("refused")
]


def _explained(source: str, given: dict[str, Any] | None = None) -> Explanation:
    return explain(check_formula(source, SCOPE), record_of(given or {}), CONTEXT)


def _outcome(compute: Any) -> tuple[Any, str | None]:
    try:
        return compute(), None
    except FormulaError as error:
        return None, error.kind


@pytest.mark.parametrize("case", CASES)
def test_it_agrees_with_the_python_target_on_the_table(case: dict[str, Any]) -> None:
    blank_as_zero = case.get("blank_as_zero", False)
    checked = check_formula(case["formula"], SCOPE, mode=case.get("mode", "trellis"), blank_as_zero=blank_as_zero)
    record = record_of(case.get("given", {}))
    explained = explain(checked, record, CONTEXT)
    value, kind = _outcome(lambda: compile_python(checked)(record, CONTEXT))
    assert (explained.value, explained.failure and explained.failure.kind) == (value, kind)


@settings(max_examples=200, deadline=None)
@given(case=cases(), record=st.sampled_from(ROWS))
def test_it_agrees_with_the_python_target(case: Case, record: dict[str, Any]) -> None:
    checked = check_formula(case.text, model.SCOPE, mode=case.mode, blank_as_zero=case.blank_as_zero)
    explained = explain(checked, record, model.CONTEXT)
    value, kind = _outcome(lambda: compile_python(checked)(record, model.CONTEXT))
    assert (explained.value, explained.failure and explained.failure.kind) == (value, kind)
    assert explained.to_text()
    assert explained.to_json()["is_skipped"] is False


def test_every_part_has_its_text_and_value() -> None:
    explained = _explained('amount > 10 && status = "New"', {"amount": "12.50", "status": "New"})
    assert explained.to_text().splitlines() == [
        'amount > 10 && status = "New"  ->  true',
        "  amount > 10  ->  true",
        "    amount  ->  12.5",
        "    10  ->  10",
        '  status = "New"  ->  true',
        '    status  ->  "New"',
        '    "New"  ->  "New"',
    ]
    assert [child.what for child in explained.children] == ["operator >", "operator ="]


def test_what_was_not_needed_is_skipped() -> None:
    explained = _explained("IF(active, 1, 1 / 0)", {"active": True})
    assert [child.is_skipped for child in explained.children] == [False, False, True]
    explained = _explained("active && amount > 1", {"active": False})
    assert explained.to_text().splitlines()[-1] == "  amount > 1  ->  not evaluated"


def test_the_two_comparisons_of_between_are_shown_as_such() -> None:
    lines = _explained("amount between 1 and (2)", {"amount": "3"}).to_text().splitlines()
    assert [lines[1], lines[4]] == ["  amount >= 1  ->  true", "  amount <= (2)  ->  false"]
    assert _explained("(amount) /* > */ < /* < */ (1)", {}).text == "(amount) /* > */ < /* < */ (1)"


def test_a_failure_is_where_it_happened_and_above() -> None:
    explained = _explained("1 + 2 / amount", {"amount": "0"})
    assert explained.failure is not None
    assert explained.failure.kind == "division_by_zero"
    assert [child.failure is None for child in explained.children] == [True, False]
    assert _explained("IFERROR(2 / amount, 7)", {"amount": "0"}).value == Decimal(7)


def test_names_of_let_are_shown_with_their_values() -> None:
    explained = _explained("LET(double, amount * 2, double + 1)", {"amount": "3"})
    assert explained.to_text().splitlines()[-2:] == ["    double  ->  6", "    1  ->  1"]
    assert explained.value == Decimal(7)


def test_rows_of_a_child_list_are_shown_up_to_a_limit() -> None:
    lines = [{"title": "a", "quantity": str(number), "is_gift": number % 2 == 0} for number in range(30)]
    explained = _explained("SUM(lines, quantity, is_gift)", {"lines": lines})
    assert explained.value == sum(range(0, 30, 2))
    assert len(explained.children) == 20
    assert explained.rows_left_out == 10
    assert explained.children[1].to_text().splitlines() == [
        "lines 2  ->  blank",
        "  is_gift  ->  false",
        "  quantity  ->  not evaluated",
    ]
    assert explained.to_text().splitlines()[-1] == "  and 10 more rows"


def test_the_json_form_is_plain() -> None:
    shown = _explained("IF(active, due, NULL)", {"active": True, "due": "2026-02-28"}).to_json()
    assert (shown["kind"], shown["value"], shown["error"]) == ("date", "2026-02-28", None)
    assert shown["children"][1] == {
        "text": "due",
        "start": 11,
        "end": 14,
        "what": "field",
        "kind": "date",
        "value": "2026-02-28",
        "error": None,
        "is_skipped": False,
        "children": [],
    }


def test_parts_of_a_formula_in_a_longer_text_have_their_own_text() -> None:
    text = "when amount > 5 then"
    expression = parse_formula(" " * 5 + "amount > 5")
    checked = check_formula(expression, SCOPE, text=text)
    explained = explain(checked, record_of({"amount": "7"}), CONTEXT)
    assert (explained.text, explained.children[0].text, explained.start) == ("amount > 5", "amount", 0)
