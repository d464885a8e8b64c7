"""One formula over many records in one call."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from rule_engine import BatchFormula, FormulaError, check_formula, compile_batch
from tests.rule_engine.sample import CONTEXT, SCOPE, record_of

RECORDS = [
    record_of({"name": "Ada", "amount": "10.50", "count": 2, "active": True}),
    record_of({"name": "Bo", "amount": "3", "count": 0}),
    record_of({"amount": None, "count": 4}),
]
COLUMNS = {key: [record[key] for record in RECORDS] for key in RECORDS[0]}


def batch(source: str) -> BatchFormula:
    return compile_batch(check_formula(source, SCOPE))


def test_values_come_in_the_order_of_the_records() -> None:
    assert batch("amount * 2").evaluate(RECORDS, CONTEXT) == [Decimal(21), Decimal(6), None]
    assert batch("amount * 2").evaluate_columns(COLUMNS, CONTEXT) == [Decimal(21), Decimal(6), None]


def test_a_failing_record_does_not_stop_the_others() -> None:
    first, second, third = batch("amount / count").evaluate(RECORDS, CONTEXT)
    assert (first, third) == (Decimal("5.25"), None)
    assert isinstance(second, FormulaError)
    assert second.kind == "division_by_zero"


def test_arithmetic_out_of_range_is_a_formula_error_too() -> None:
    records = [record_of({"amount": "10"}), record_of({"amount": "1"})]
    nines = " * ".join(["10000000000 ^ 6 * amount ^ 60"] * 12)
    first, second = batch(nines).evaluate(records, CONTEXT)
    assert isinstance(first, FormulaError)
    assert second == Decimal(10) ** 720


def test_select_gives_the_places_of_matching_records() -> None:
    condition = batch('active || name = "Bo"')
    assert condition.select(RECORDS, CONTEXT) == [0, 1]
    assert condition.select_columns(COLUMNS, CONTEXT) == [0, 1]


def test_select_leaves_out_blank_and_failing_records_and_keeps_the_failures() -> None:
    failures: dict[int, FormulaError] = {}
    condition = batch("amount / count > 1")
    assert condition.select(RECORDS, CONTEXT, failures) == [0]
    assert {place: error.kind for place, error in failures.items()} == {1: "division_by_zero"}
    assert condition.select_columns(COLUMNS, CONTEXT) == [0]


def test_records_may_be_read_only_once() -> None:
    assert batch("name").evaluate(iter(RECORDS), CONTEXT) == ["Ada", "Bo", None]


def test_the_context_is_the_same_for_all() -> None:
    assert batch("TODAY()").evaluate(RECORDS, CONTEXT) == [CONTEXT.today] * 3
    assert batch('$User.name & " " & name').evaluate_columns(COLUMNS, CONTEXT) == ["Anna Ada", "Anna Bo", "Anna "]


def test_columns_that_are_not_read_may_be_missing() -> None:
    assert batch("LEN(name)").evaluate_columns({"name": ["abc", None]}, CONTEXT) == [3, 0]
    assert batch("1 + 1").evaluate_columns({"name": ["abc", None]}, CONTEXT) == [2, 2]


@pytest.mark.parametrize("columns", [{"name": ["a"], "city": ["b", "c"]}, {"name": ["a", "b"], "city": ["c"]}, {}])
def test_uneven_columns_are_refused(columns: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        batch("name & city").evaluate_columns(columns, CONTEXT)


def test_no_records_give_nothing() -> None:
    assert batch("name").evaluate([], CONTEXT) == []
    assert batch("active").select_columns({"active": []}, CONTEXT) == []
