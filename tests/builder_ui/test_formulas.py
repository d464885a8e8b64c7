"""Filters as text: writing conditions, cutting a filter into them, and putting it together again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder_ui.formula_text import ink_formula
from builder_ui.lists.conditions import BadValue, operators_for, write_condition
from builder_ui.lists.formulas import join_filters, name_contains, quote, split_filter, without
from builder_ui.translation import words_of
from metamodel import Model, build_model, read_source
from rule_engine import check_formula, parse_formula
from rule_engine.syntax import TextLiteral
from rule_engine.types import Kind
from tests.builder_ui.sources import FILES

CONDITIONS = ['stage = "Open"', "amount > 10", "ISBLANK(account)", '(stage = "Won" || urgent)', "!urgent"]


@pytest.fixture(scope="module")
def model() -> Model:
    return build_model(read_source(FILES))


@given(st.text(max_size=40))
def test_a_quoted_text_reads_as_itself(text: str) -> None:
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        return  # no formula holds these
    tree = parse_formula(f"name = {quote(text)}")
    literal = tree.right  # type: ignore[attr-defined]  # a comparison
    assert isinstance(literal, TextLiteral)
    assert literal.value == text.replace("\n", " ").replace("\r", " ")


@given(st.lists(st.sampled_from(CONDITIONS), max_size=5))
def test_a_filter_falls_into_the_conditions_that_made_it(parts: list[str]) -> None:
    assert list(split_filter(join_filters(parts))) == parts


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("", ()),
        ("   ", ()),
        ("a && b && c", ("a", "b", "c")),
        ("a && (b || c)", ("a", "(b || c)")),
        ("a || b && c", ("a || b && c",)),
        ("AND(a, b)", ("AND(a, b)",)),
        ('name = "x && y"', ('name = "x && y"',)),
        ("a && ", ("a &&",)),
    ],
)
def test_only_the_outermost_and_cuts(source: str, parts: tuple[str, ...]) -> None:
    assert split_filter(source) == parts


def test_an_or_is_put_into_brackets_when_it_is_joined() -> None:
    assert join_filters(["a || b", "c"]) == "(a || b) && c"
    assert join_filters(["a || b"]) == "a || b"
    assert without(["a", "b || c"], 0) == "b || c"


VALUES = {
    "text": ['It\'s "so"'],
    "number": ["1,234.5"],
    "date": ["2026-11-30"],
    "days": ["7"],
    "values": ["Open", "Won"],
}


def test_every_operator_of_every_field_writes_a_condition_that_the_checker_accepts(model: Model) -> None:
    words = words_of("en")
    checked = 0
    for field in model.object("deal").fields.values():
        for operator in operators_for(words, model, field):
            values = ["Red", "Blue"] if field.name == "tags" else VALUES.get(operator.needs, [])
            condition = write_condition(operator, field, values)
            formula = check_formula(condition, model.scope("deal"))
            assert formula.type.kind is Kind.BOOLEAN, condition
            checked += 1
    assert checked > 80


@pytest.mark.parametrize(
    ("name", "code", "values", "condition"),
    [
        ("stage", "any", ["Open"], 'stage = "Open"'),
        ("stage", "any", ["Open", "Won"], 'stage in ("Open", "Won")'),
        ("stage", "none", ["Open"], '!(stage = "Open")'),
        ("name", "contains", ["ABC"], 'CONTAINS(LOWER(name), "abc")'),
        ("chance", ">=", ["75"], "chance >= 75"),
        ("due_on", "next", ["7"], "due_on between TODAY() and TODAY() + 7"),
        ("due_on", ">=", ["2026-01-31"], "due_on >= DATE(2026, 1, 31)"),
        ("owner", "me", [], "owner = $User.id"),
        ("account", "is", ["X"], 'account.name = "X"'),
        ("urgent", "no", [], "!urgent"),
        ("amount", "blank", [], "ISBLANK(amount)"),
    ],
)
def test_a_condition_reads_as_a_person_would_write_it(
    model: Model, name: str, code: str, values: list[str], condition: str
) -> None:
    field = model.object("deal").fields[name]
    operator = next(one for one in operators_for(words_of("en"), model, field) if one.code == code)
    assert write_condition(operator, field, values) == condition


@pytest.mark.parametrize(
    ("name", "code", "value"), [("amount", "=", "ten"), ("due_on", "=", "soon"), ("amount", "=", " ")]
)
def test_a_value_that_does_not_fit_is_refused(model: Model, name: str, code: str, value: str) -> None:
    field = model.object("deal").fields[name]
    operator = next(one for one in operators_for(words_of("en"), model, field) if one.code == code)
    with pytest.raises(BadValue):
        write_condition(operator, field, [value])


def test_a_search_is_in_any_letter_case_and_safe() -> None:
    assert name_contains("name", 'A"B') == 'CONTAINS(LOWER(name), "a\\"b")'


def test_inked_text_is_escaped() -> None:
    inked = ink_formula('name = "<script>" && TODAY() > 5')
    assert "&lt;script&gt;" in inked
    assert '<span class="c-f">TODAY</span>' in inked
    assert '<span class="c-n">5</span>' in inked
