"""Nothing that a user writes gets out of its quotes, hangs the page or fills its memory."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from rule_engine import FormulaError, UnsupportedOnTarget, check_formula, compile_javascript, compile_python
from rule_engine.targets.javascript.literals import text_literal
from rule_engine.types import TEXT, Path, Reference
from tests.rule_engine.javascript.evaluator import JavascriptEvaluator
from tests.rule_engine.sample import BLANK, CONTEXT, SCOPE, record_of

LONG = "x" * 100_000
TEXTS = [
    "</script><script>alert(1)</script>",
    "<!--",
    "-->",
    '"); throw 1; ("',
    "\\",
    "\\u0022",
    "a\nb\r\u2028c\u2029d",
    "`${process.exit(1)}`",
    "*/ throw 1 /*",
    "\x01\x7f\ufeff",
]


def value(javascript: JavascriptEvaluator, source: str, **given: Any) -> Any:
    checked = check_formula(source, SCOPE)
    return javascript.evaluate(checked, [record_of(given)], CONTEXT)[0]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_stays_a_text(javascript: JavascriptEvaluator, text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    if any(sign in text for sign in "\n\r"):
        quoted = quoted.replace("\n", "").replace("\r", "")
    source = f'name & "{quoted}"'
    checked = check_formula(source, SCOPE)
    module = compile_javascript(checked).text
    assert "</" not in module
    assert "<!" not in module
    assert not {"\u2028", "\u2029"} & set(module)
    record = record_of({"name": "n"})
    assert javascript.evaluate(checked, [record], CONTEXT) == [compile_python(checked)(record, CONTEXT)]


def test_half_a_character_is_written_so_that_utf_8_can_hold_it() -> None:
    assert text_literal("a\ud800") == '"a\\ud800"'


class OneName:
    """A scope of one text field with that name."""

    def __init__(self, name: str) -> None:
        self._name = name

    def find(self, path: Path) -> Reference | None:
        return Reference(path=(self._name,), type=TEXT) if path == (self._name,) else None

    def names(self, prefix: Path) -> Sequence[str]:
        return () if prefix else (self._name,)


@pytest.mark.parametrize("name", ["constructor", "toString", "x__proto__", "await", "return", "名称"])
def test_a_field_may_have_any_name(javascript: JavascriptEvaluator, name: str) -> None:
    checked = check_formula(f'{name} & "!"', OneName(name))
    assert javascript.evaluate(checked, [{name: "a"}, {}], CONTEXT) == ["a!", "!"]


def test_a_name_of_let_may_be_a_word_of_javascript(javascript: JavascriptEvaluator) -> None:
    assert value(javascript, "LET(return, 1, await, 2, number, 3, größe, 4, return + await + number + größe)") == 10


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("(x+x+)+y", LONG, False),
        ("(a*)*b", "a" * 30_000, False),
        ("(.|.)*c", LONG, False),
        ("(a?){30}a{30}", "a" * 30, True),
    ],
)
def test_a_pattern_that_would_backtrack_for_ever_is_answered(
    javascript: JavascriptEvaluator, pattern: str, text: str, expected: bool
) -> None:
    assert value(javascript, f'REGEX(name, "{pattern}")', name=text) is expected


def test_a_pattern_too_large_for_its_text_is_left_to_other_targets(javascript: JavascriptEvaluator) -> None:
    refused = value(javascript, 'IFERROR(REGEX(name, "(a{0,30}){0,30}"), FALSE)', name=LONG)
    assert isinstance(refused, UnsupportedOnTarget)


def test_a_pattern_of_any_text_takes_time_within_bounds(javascript: JavascriptEvaluator) -> None:
    assert value(javascript, f'LIKE(name, "{"%x" * 400}y")', name=LONG) is False
    assert value(javascript, f'LIKE(name, "{"%x" * 400}")', name=LONG) is True


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("amount ^ 999999999", "out_of_range"),
        ("(1 + amount / 100000000) ^ 1000000000", Decimal("22025.4646996867203")),
        ("(1 + amount / 1000000000000000000000000000000) ^ 1000000000000000000000000000000", None),
        ("LEN(LPAD(name, 999999999))", "out_of_range"),
        ('LEN(SUBSTITUTE(LPAD("x", 100000, "x"), "x", LPAD(name, 100000, "y")))', "out_of_range"),
        ('LEN(LPAD(name, 100000, "y") & LPAD(name, 100000, "y"))', "out_of_range"),
        ("MOD(1 / amount ^ 30, 0.00000000000000000000000000000000000001)", None),
    ],
)
def test_numbers_and_texts_grow_within_the_same_bounds_as_in_python(
    javascript: JavascriptEvaluator, source: str, expected: Any
) -> None:
    record = record_of({"name": "n", "amount": "1.00" if "00000" in source else "2.00"})
    checked = check_formula(source, SCOPE)
    (theirs,) = javascript.evaluate(checked, [record], CONTEXT)
    try:
        ours: Any = compile_python(checked)(record, CONTEXT)
    except FormulaError as error:
        ours = error
    if isinstance(ours, FormulaError):
        assert isinstance(theirs, FormulaError)
        assert theirs.kind == ours.kind
        assert expected in (ours.kind, None)
    else:
        assert theirs == ours


def test_a_formula_of_the_longest_lists_and_the_deepest_nesting_is_compiled(javascript: JavascriptEvaluator) -> None:
    many = " || ".join(f"amount = {index}" for index in range(900))
    deep = "(" * 40 + "amount" + " + 1)" * 40
    rows = [record_of({"amount": "899"}), BLANK]
    jobs = [(check_formula(many, SCOPE), rows), (check_formula(deep, SCOPE), rows)]
    assert javascript.evaluate_many(jobs, CONTEXT) == [[True, False], [Decimal(939), None]]
