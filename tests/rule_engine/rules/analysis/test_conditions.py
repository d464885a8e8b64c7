"""What analysis says of conditions holds for every record of a small world, and nothing that it could say there is missing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rule_engine.rules.analysis.conditions import find_certainty
from tests.rule_engine.rules.analysis.grid import ATOMS, CONDITIONS, FAILING, OPAQUE, formula, holds


@given(CONDITIONS)
@settings(max_examples=100, deadline=None, derandomize=True)
def test_certainty_is_what_every_record_says(text: str) -> None:
    found = holds(formula(text))
    expected = "never_true" if not any(found) else "always_true" if all(found) else None
    assert find_certainty(formula(text)) == expected


@given(st.lists(st.one_of(ATOMS, FAILING, OPAQUE), min_size=1, max_size=3), st.sampled_from([" && ", " || "]))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_certainty_of_what_is_not_looked_into_is_never_wrong(parts: list[str], sign: str) -> None:
    checked = formula(sign.join(parts))
    found = holds(checked)
    certainty = find_certainty(checked)
    assert certainty != "never_true" or not any(found)
    assert certainty != "always_true" or all(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("amount > 100 && amount < 50", "never_true"),
        ('(amount > 3 || country = "DE") && amount < 2 && country = "AT"', "never_true"),
        ("amount >= 10 || amount < 10", None),
        ("amount >= 10 || amount < 10 || ISBLANK(amount)", "always_true"),
        ("due < TODAY() && NOT(due < TODAY())", "never_true"),
        ("due < TODAY() && due >= TODAY()", "never_true"),
        ('CONTAINS(country, "D") && !CONTAINS(country, "D")', "never_true"),
        ("MONTH(due) = 13", "never_true"),
        ("TRUE", None),
        ("due < TODAY() && due > TODAY()", None),
        ("1 / amount > 0 || 1 / amount <= 0 || ISBLANK(amount)", None),
    ],
)
def test_certainty_of_examples(text: str, expected: str | None) -> None:
    assert find_certainty(formula(text)) == expected
