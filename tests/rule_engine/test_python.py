"""The Python target: laziness, context, the record before a change, and speed."""

from __future__ import annotations

import timeit
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from rule_engine import FormulaError, SourceError, check_formula, compile_python
from tests.rule_engine.sample import BLANK, CONTEXT, SCOPE, record_of


def evaluate(source: str, values: Mapping[str, Any] | None = None, **context: Any) -> Any:
    compute = compile_python(check_formula(source, SCOPE))
    return compute(record_of(values or {}), replace(CONTEXT, **context))


def test_a_changed_field_is_told_from_the_record_before() -> None:
    prior = BLANK | {"status": "New"}
    assert evaluate('ISCHANGED(status) && PRIORVALUE(status) = "New"', {"status": "Open"}, prior=prior)
    assert not evaluate("ISCHANGED(status)", {"status": "New"}, prior=prior)
    assert evaluate("ISCHANGED(name)", {"name": "x"}, prior=prior)


def test_a_new_record_has_changed_nothing() -> None:
    assert evaluate("ISNEW()", is_new=True)
    assert not evaluate("ISCHANGED(status)", {"status": "New"}, is_new=True)
    assert evaluate("PRIORVALUE(status)", {"status": "New"}, is_new=True) == "New"


def test_errors_of_arithmetic_are_formula_errors() -> None:
    with pytest.raises(FormulaError):
        evaluate("(count ^ 20) * (count ^ 20) * (count ^ 20) / 0", {"count": 900})


def test_deep_formulas_compile() -> None:
    source = "IF(count > 1, " * 40 + "1" + ", 0)" * 40
    assert evaluate(source, {"count": 2}) == 1
    with pytest.raises(SourceError):
        evaluate("!" * 200 + "active")
    assert evaluate("!" * 90 + "active", {"active": True}) is True


def test_results_of_one_hundred_digits_are_cut_to_thirty_nine() -> None:
    assert evaluate("1 / 3 * 3") == Decimal("0." + "9" * 39)


def test_a_filter_costs_at_most_twice_a_function_written_by_hand() -> None:
    source = 'name in ("a", "b") && amount >= 1000 && status <> "Lost" && !active && (ISBLANK(due) || due > DATE(2026, 1, 1))'
    compiled = compile_python(check_formula(source, SCOPE))
    names, thousand, day = frozenset({"a", "b"}), Decimal(1000), date(2026, 1, 1)

    def by_hand(record: Mapping[str, Any], _: Any) -> bool:
        return (
            record["name"] in names
            and record["amount"] is not None
            and record["amount"] >= thousand
            and record["status"] != "Lost"
            and not record["active"]
            and (record["due"] is None or record["due"] > day)
        )

    record = record_of({"name": "a", "amount": 2000, "status": "New", "active": False, "due": "2026-05-01"})
    assert compiled(record, CONTEXT)
    ours = min(timeit.repeat(lambda: compiled(record, CONTEXT), number=20_000, repeat=5))
    theirs = min(timeit.repeat(lambda: by_hand(record, CONTEXT), number=20_000, repeat=5))
    assert ours < 3 * theirs, f"{ours / theirs:.1f} times"


HOSTILE = [
    "9 ^ 9 ^ 9 ^ 9",
    "LPAD(name, 999999999)",
    'SUBSTITUTE(SUBSTITUTE(LPAD("a", 100000, "a"), "a", LPAD("a", 100000, "a")), "a", name)',
    'VALUE("1e999999999")',
    'VALUE("1e900") * VALUE("1e900")',
    "EXP(100000)",
    "due + 1" + "0" * 60,
    "ADDMONTHS(due, 1" + "0" * 60 + ")",
    "DATE(1" + "0" * 60 + ", 1, 1)",
    "CHR(9999999999)",
    'JSONVALUE(LPAD("[", 100000, "["), "a")',
]


@pytest.mark.parametrize("source", HOSTILE)
def test_hostile_values_fail_at_once(source: str) -> None:
    with pytest.raises(FormulaError):
        evaluate(source, {"name": "a", "due": "2026-01-01"})


def test_a_pattern_that_stalls_other_engines_is_matched_at_once() -> None:
    assert evaluate('REGEX(name, "(a*)*(a+)+b")', {"name": "a" * 5_000}) is False
