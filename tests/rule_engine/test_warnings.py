"""Warnings: what is allowed but looks wrong is found, and what is said is true on every record."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rule_engine import (
    CheckedFormula,
    Diagnostic,
    EvaluationContext,
    FormulaError,
    check_formula,
    compile_python,
    explain,
)
from rule_engine.targets.explain import Explanation
from tests.agreement import model
from tests.agreement.formulas import Case, cases
from tests.agreement.rows import make_rows
from tests.rule_engine.sample import BLANK, CONTEXT, SCOPE

FOUND = [
    ("amount > 10 && amount < 5", "always_false", "amount > 10 && amount < 5"),
    ("amount between 10 and 5", "always_false", "amount between 10 and 5"),
    ("0 between 1 and 0", "always_false", "0 between 1 and 0"),
    ("0 between 0 and 1", "always_true", "0 between 0 and 1"),
    ('city = "x" && amount > 10 && (amount < 5 || amount < 3)', "always_false", None),
    ('name in ("a", "b") && name = "c"', "always_false", None),
    ("active && NOT active", "always_false", None),
    ("MONTH(due) > 12", "always_false", None),
    ("COUNT(lines) < 0", "always_false", None),
    ('CONTAINS(name, "a") && NOT CONTAINS(name, "a")', "always_false", None),
    ("ISNULL(name)", "always_false", None),
    ("ISNULL(LEFT(name, 1 / amount))", "always_false", None),
    ("amount < amount", "always_false", None),
    ("LET(x, amount, x > 3 && x < 2)", "always_false", "x > 3 && x < 2"),
    ("COUNT(lines, quantity > 2 && quantity < 1) > 1", "always_false", "quantity > 2 && quantity < 1"),
    ('status <> "New" || status <> "Open"', "always_true", None),
    ("ISBLANK(amount) || amount > 5 || amount <= 5", "always_true", None),
    ('status in ("New", "Open", "Closed won") || ISBLANK(status)', "always_true", None),
    ("active || NOT active", "always_true", None),
    ("LEN(name) >= 0", "always_true", None),
    ("1 = 1", "always_true", None),
    ("amount = NULL", "compares_with_blank", "amount = NULL"),
    ("due <> NULL", "compares_with_blank", "due <> NULL"),
    ("amount > NULL", "compares_with_blank", None),
    ("amount in (1, NULL)", "compares_with_blank", "NULL"),
    ("IF(amount > 5, 1, IF(amount > 10, 2, 3))", "dead_branch", "2"),
    ("IFS(amount > 5, 1, amount > 10, 2, 3)", "dead_branch", "2"),
    ("IFS(active, 1, NOT active, 2, 3)", "dead_branch", "3"),
    ("IF(TRUE, 1, 2)", "dead_branch", "2"),
    ('IF(ISBLANK(name), 1, IF(name = "", 2, 3))', "dead_branch", "2"),
    ('CASE(status, "New", 1, "Open", 2, "New", 3, 4)', "unreachable_case", '"New"'),
    ("CASE(amount, 1, 1, NULL, 2, 3)", "unreachable_case", "NULL"),
]  # fmt: skip

NOT_FOUND = [
    "amount > 5 || amount <= 5",
    "amount <> 1 || amount <> 2",
    "NOT(amount > 5) || amount > 5",
    'name = ""',
    "TRUE",
    "AND(TRUE, active)",
    "MONTH(due) <= 12",
    "amount > 5 && amount < 6",
    "IF(amount > 5, 1, IF(amount > 3, 2, 3))",
    "IF(amount > 5, 1, IF(amount <= 5, 2, 3))",
    "LET(x, amount, x > 5) && LET(x, price, x < 3)",
    'NULLVALUE(IF(ISBLANK(city), "x", name), IF(1 / amount > 1, "b", "c"))',
    'NULLVALUE(name, TEXT(1 / amount))',
    "amount = NULL || active",
    "LEN(name) between 0 and 5",
    'PRIORVALUE(status) = "New" && status = "Open"',
    "COUNT(lines, quantity > 2) > COUNT(lines, quantity < 1)",
]  # fmt: skip

ZEROS = [
    ("amount < 5", "amount < 5"),
    ("0 = amount", "0 = amount"),
    ("amount <> 1", "amount <> 1"),
    ("price / amount", "amount"),
    ("MOD(price, amount)", "amount"),
    ("BLANKVALUE(amount, 3)", "3"),
]


def _warned(checked: CheckedFormula) -> list[tuple[str, str]]:
    return [(one.code, checked.source[one.start : one.end]) for one in checked.warnings]


@pytest.mark.parametrize(("source", "code", "place"), FOUND)
def test_it_is_found(source: str, code: str, place: str | None) -> None:
    checked = check_formula(source, SCOPE)
    assert (code, place or source) in _warned(checked)
    for warning in checked.warnings:
        assert (warning.severity, bool(warning.hint)) == ("warning", True)


@pytest.mark.parametrize("source", NOT_FOUND)
def test_it_is_left_alone(source: str) -> None:
    codes = {warning.code for warning in check_formula(source, SCOPE).warnings}
    assert not codes - {"compares_with_blank"}


@pytest.mark.parametrize(("source", "place"), ZEROS)
def test_a_blank_that_counts_as_zero_is_found_where_it_decides(source: str, place: str) -> None:
    assert ("blank_as_zero", place) in _warned(check_formula(source, SCOPE, blank_as_zero=True))
    assert not check_formula(source, SCOPE).warnings


@pytest.mark.parametrize("source", ["amount > 5", "price / 2", "amount = 3", "5 >= price / 2"])
def test_a_blank_that_counts_as_zero_is_left_alone_elsewhere(source: str) -> None:
    assert not check_formula(source, SCOPE, blank_as_zero=True).warnings


def test_a_blank_number_that_reads_as_zero_is_never_blank() -> None:
    (warning,) = check_formula("ISBLANK(amount)", SCOPE, blank_as_zero=True).warnings
    assert (warning.code, warning.hint) == ("always_false", "A blank number reads as 0 here: compare it with 0.")


def test_one_cause_is_reported_once() -> None:
    assert len(check_formula("active && (amount > 10 && amount < 5) && price > 1", SCOPE).warnings) == 1
    assert len(check_formula('status = "Opn" && active', SCOPE).warnings) == 1


def test_long_lists_are_checked_quickly() -> None:
    source = " && ".join(f"amount <> {number}" for number in range(999))
    assert not check_formula(source, SCOPE).warnings
    values = ", ".join(str(number) for number in range(999))
    assert not check_formula(" && ".join([f"amount in ({values})"] * 9), SCOPE).warnings


# what is said is true

_TESTS = st.one_of(
    st.builds(
        "{} {} {}".format,
        st.sampled_from(["amount", "price", "LEN(name)", "MONTH(due)", "BLANKVALUE(amount, 2)", "amount + 1"]),
        st.sampled_from(["<", "<=", ">", ">=", "=", "<>"]),
        st.sampled_from(["0", "1", "2", "3", "13", "NULL"]),
    ),
    st.builds(
        "{} {} {}".format,
        st.sampled_from(["name", "city", "status", "TEXT(status)"]),
        st.sampled_from(["<", "<=", ">", ">=", "=", "<>"]),
        st.sampled_from(['"New"', '"Open"', '""', "NULL"]),
    ),
    st.sampled_from(
        [
            "active", "ISBLANK(amount)", "ISBLANK(name)", "ISBLANK(status)", 'name in ("New", "b")', "amount in (1, 2)",
            'status in ("New", "Open", "Closed won")', "due < DATE(2026, 3, 1)", "due >= DATE(2026, 3, 1)", "TRUE", "FALSE",
            "amount between 1 and 2",
            "LEN(name) between 0 and 3", "0 between 1 and 0", "1 between 0 and 0", "ISNULL(TEXT(1 / amount))",
            'CONTAINS(name, "e")', "active = TRUE", "amount = amount", "name = name", "due = due",
            "LET(x, amount, x > 1)", "LET(x, name, x = \"New\" || x <> \"b\")", "PRIORVALUE(amount) > 1", "1 / amount > 1",
        ]
    ),
)  # fmt: skip


def _joined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(parts, parts)
    return st.one_of(
        pair.map(lambda two: f"({two[0]} && {two[1]})"),
        pair.map(lambda two: f"({two[0]} || {two[1]})"),
        parts.map(lambda one: f"NOT({one})"),
        st.tuples(parts, parts, parts).map(lambda three: "IF({}, {}, {})".format(*three)),
        pair.map(lambda two: "IFS({0}, 1, {1}, 2, {0}, 3, 4) > 2".format(*two)),
    )


CONDITIONS = st.recursive(_TESTS, _joined, max_leaves=7)


def _records() -> list[dict[str, Any]]:
    chance = random.Random(7)
    choices: dict[str, tuple[Any, ...]] = {
        "amount": (None, Decimal(0), Decimal(1), Decimal("1.5"), Decimal(2), Decimal(3), Decimal(-1)),
        "price": (None, Decimal(0), Decimal(1), Decimal(2), Decimal("2.5"), Decimal(14)),
        "name": (None, "New", "Open", "b", "", "Zebra"),
        "city": (None, "New", "a"),
        "status": (None, "New", "Open", "Closed won"),
        "active": (None, True, False),
        "due": (None, date(2026, 2, 28), date(2026, 3, 1), date(2026, 12, 2)),
    }
    drawn = [{name: chance.choice(values) for name, values in choices.items()} for _ in range(60)]
    return [BLANK | {name: value or None if value == "" else value for name, value in one.items()} for one in drawn]


RECORDS = _records()
ROWS = make_rows(random.Random(2), 20)


@settings(max_examples=250, deadline=None)
@given(source=CONDITIONS, blank_as_zero=st.booleans())
def test_what_is_said_is_true_on_every_record(source: str, blank_as_zero: bool) -> None:
    _assert_true(check_formula(source, SCOPE, blank_as_zero=blank_as_zero), RECORDS, CONTEXT)


@settings(max_examples=200, deadline=None)
@given(case=cases())
def test_what_is_said_of_any_formula_is_true(case: Case) -> None:
    checked = check_formula(case.text, model.SCOPE, mode=case.mode, blank_as_zero=case.blank_as_zero)
    _assert_true(checked, ROWS, model.CONTEXT)


def _assert_true(checked: CheckedFormula, records: Sequence[dict[str, Any]], context: EvaluationContext) -> None:
    claims = [warning for warning in checked.warnings if warning.code in ("always_true", "always_false", "dead_branch")]
    if not claims:
        return
    for record in records:
        for part in _parts(explain(checked, record, context)):
            for claim in claims:
                if (part.start, part.end) == (claim.start, claim.end) and part.what != "row":
                    assert _holds(claim, part), (checked.source, claim.message, record)


def _holds(claim: Diagnostic, part: Explanation) -> bool:
    if part.is_skipped:
        return True
    if claim.code == "dead_branch":
        return False
    return part.value is True if claim.code == "always_true" else not part.value


def _parts(explanation: Explanation) -> list[Explanation]:
    """Without those that have no place of their own: what is said there is said of the whole."""
    own = [child for child in explanation.children if (child.start, child.end) != (explanation.start, explanation.end)]
    return [explanation, *(below for child in own for below in _parts(child))]


@settings(max_examples=150, deadline=None)
@given(first=_TESTS, second=_TESTS)
def test_comparisons_with_a_blank_never_hold(first: str, second: str) -> None:
    checked = check_formula(f"{first} && {second}", SCOPE)
    if not any(one.code == "compares_with_blank" and "is never true" in one.message for one in checked.warnings):
        return
    run = compile_python(checked)
    for record in RECORDS[:50]:
        try:
            assert not run(record, CONTEXT)
        except FormulaError:
            continue
