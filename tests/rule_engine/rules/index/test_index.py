"""The index finds what asking every condition in order finds, its errors too."""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rule_engine import FormulaError, compile_python
from rule_engine.checker import CheckedFormula
from rule_engine.rules.index import ConditionIndex, FirstMatch
from tests.rule_engine.rules.analysis.grid import CONDITIONS, CONTEXT, FAILING, OPAQUE, RECORDS, formula

SAMPLE = [*random.Random(5).sample(RECORDS, 40), dict.fromkeys(RECORDS[0])]
Outcome = int | None | str


def _linear(conditions: Sequence[CheckedFormula | None], record: dict[str, Any]) -> Outcome:
    for number, condition in enumerate(conditions):
        try:
            if condition is None or compile_python(condition)(record, CONTEXT) is True:
                return number
        except FormulaError as error:
            return f"{number}: {error}"
    return None


def _indexed(conditions: Sequence[CheckedFormula | None], table: FirstMatch, record: dict[str, Any]) -> Outcome:
    try:
        return table.find(record, CONTEXT)
    except FormulaError as error:
        failed = [
            number for number, condition in enumerate(conditions) if condition and _fails(condition, record, str(error))
        ]
        return f"{failed[0]}: {error}"


def _fails(condition: CheckedFormula, record: dict[str, Any], message: str) -> bool:
    try:
        compile_python(condition)(record, CONTEXT)
    except FormulaError as error:
        return str(error) == message
    return False


_ANY = st.one_of(CONDITIONS, CONDITIONS, FAILING, OPAQUE, st.builds("{} && {}".format, CONDITIONS, FAILING))


@given(st.lists(st.one_of(_ANY, _ANY, _ANY, _ANY, st.none()), min_size=1, max_size=14))
@settings(max_examples=80, deadline=None, derandomize=True)
def test_first_match_is_that_of_asking_in_order(texts: list[str | None]) -> None:
    conditions = [None if text is None else formula(text) for text in texts]
    table = FirstMatch(conditions)
    for record in SAMPLE:
        assert _indexed(conditions, table, record) == _linear(conditions, record)


@given(st.lists(_ANY, min_size=1, max_size=14))
@settings(max_examples=80, deadline=None, derandomize=True)
def test_what_is_no_candidate_neither_holds_nor_fails(texts: list[str]) -> None:
    conditions = [formula(text) for text in texts]
    index = ConditionIndex(conditions)
    runs = [compile_python(condition) for condition in conditions]
    for record in SAMPLE:
        candidates = index.candidates(record)
        assert candidates == sorted(set(candidates))
        for number in set(range(len(conditions))) - set(candidates):
            assert runs[number](record, CONTEXT) is not True


def test_a_record_meets_few_of_many_rows() -> None:
    texts = [
        f'country = "C{number % 200}" && amount >= {number} && amount < {number + 50}' for number in range(0, 5_000, 5)
    ]
    index = ConditionIndex([formula(text) for text in texts])
    met = [
        len(index.candidates({"country": f"C{number % 200}", "amount": Decimal(number)}))
        for number in range(0, 5_000, 7)
    ]
    assert max(met) <= 4


def test_rows_of_the_same_shape_at_other_places_are_told_apart() -> None:
    table = FirstMatch([formula(f"amount between {number} and {number + 1}") for number in range(0, 100, 2)])
    assert [table.find({"amount": Decimal(number)}, CONTEXT) for number in (0, 1, 2, 51, 99, 100)] == [
        0,
        0,
        1,
        25,
        49,
        None,
    ]
    assert table.find({"amount": None}, CONTEXT) is None
