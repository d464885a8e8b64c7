"""A filter finds the rows for which its formula is true, in SQL as in Python."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rule_engine import EvaluationContext, FormulaError, check_formula, compile_python
from tests.trellis.query.test_paging import fill
from tests.trellis.records.crm import Crm
from trellis.errors import InvalidFilter
from trellis.query.needs import needs_of
from trellis.query.query import Query
from trellis.query.record_view import RecordView

numbers = st.sampled_from(
    ["amount", "probability", "weight", "expected", "account.employees", "0", "1.1", "20", "33.3", "-0.000001", "3.50"]
)
texts = st.sampled_from(
    ["name", "account.name", "title", "account.owner.name", '"a"', '"A"', '"beta"', '"ä"', '""', "TEXT(stage)"]
)
dates = st.sampled_from(["close_date", "due", "TODAY()", "DATE(2026, 1, 2)"])
comparisons = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])


@st.composite
def conditions(draw: Any, depth: int = 2) -> str:
    if depth and draw(st.booleans()):
        left, right = draw(conditions(depth - 1)), draw(conditions(depth - 1))
        return draw(
            st.sampled_from(
                [f"AND({left}, {right})", f"({left} || {right})", f"NOT({left})", f"IF({left}, {right}, is_key)"]
            )
        )
    operand = draw(st.sampled_from([numbers, texts, dates]))
    left, right = draw(operand), draw(operand)
    simple = [
        f"{left} {draw(comparisons)} {right}",
        f"ISBLANK({left})",
        "is_key",
        "is_big",
        'ISPICKVAL(stage, "Won")',
        f"amount + weight {draw(comparisons)} {draw(numbers)}",
        f"CONTAINS(name, {draw(st.sampled_from(['name', chr(34) + 'a' + chr(34)]))})",
    ]
    return draw(st.sampled_from(simple))


def true_in_python(crm: Crm, text: str) -> set[str]:
    compiled = crm.run(crm.tenant.compiled())
    checked = check_formula(text, compiled.model.scope("deal"))
    evaluate = compile_python(checked)
    context = EvaluationContext(now=crm.now, user={"id": crm.actor.user_id})
    paths = sorted(".".join(path) for path in needs_of(compiled.model, "deal", [checked]).stored)
    found = set()
    for row in crm.rows("deal", *dict.fromkeys(["id", *paths]), limit=1000):
        try:
            if evaluate(RecordView(compiled, "deal", row, context, row), context) is True:
                found.add(row["id"])
        except FormulaError:
            continue
    return found


@pytest.fixture
def filled(crm: Crm) -> Crm:
    fill(crm)
    return crm


@settings(max_examples=120)
@given(text=conditions())
def test_sql_finds_what_python_finds(filled: Crm, text: str) -> None:
    by_sql = {row["id"] for row in filled.rows("deal", "id", filter=text, limit=1000)}

    assert by_sql == true_in_python(filled, text)


@pytest.mark.parametrize(
    "text",
    [
        "amount / 0 > 1",
        "weight / (amount - amount) = 1",
        "VALUE(name) > 1",
        "SQRT(0 - weight * weight - 1) > 0",
        "1 / 0 = 1",
        "DATE(2026, 13, 1) = TODAY()",
    ],
)
def test_a_filter_that_fails_for_a_row_does_not_find_it(filled: Crm, text: str) -> None:
    assert filled.rows("deal", "id", filter=text) == []


@pytest.mark.parametrize("text", ["name = 'x\\' OR 1=1 --'", 'name = "\'; DROP TABLE deal; --"', 'name = "\\"%"'])
def test_texts_of_a_filter_stay_texts(filled: Crm, text: str) -> None:
    assert filled.rows("deal", "id", filter=text) == []


@pytest.mark.parametrize(
    "text",
    [
        " || ".join(["amount = 1"] * 3000),
        " && ".join(f"weight <> {index}" for index in range(2500)),
        "NOT " * 3000 + "is_key",
        "IF(" * 60 + "is_key" + ", TRUE, FALSE)" * 60,
    ],
    ids=["or", "and", "not", "if"],
)
def test_a_very_long_filter_is_answered_or_refused_in_words(filled: Crm, text: str) -> None:
    try:
        found = len(filled.rows("deal", "id", filter=text))
    except InvalidFilter as error:
        found, said = 0, error.message
        assert said

    assert found <= 23


def test_statements_are_made_once_for_a_shape(filled: Crm) -> None:
    compiled = filled.run(filled.tenant.compiled())
    query = Query(object="deal", filter="amount > 1", limit=3)
    page = filled.run(filled.queries.page(filled.actor, query))
    again = Query(object="deal", filter="amount > 1", limit=3, cursor=page.next_cursor)
    filled.run(filled.queries.page(filled.actor, again))
    before = len(compiled._memo)

    filled.run(filled.queries.page(filled.actor, query))
    filled.run(filled.queries.page(filled.actor, again))

    assert len(compiled._memo) == before


@pytest.mark.parametrize(
    "text", ["expected = 0", "expected > 0", "0 <> expected", "expected in (0, 5.25)", "share >= 3.5"]
)
def test_numbers_that_a_formula_gives_compare_as_numbers(filled: Crm, text: str) -> None:
    found = {row["id"] for row in filled.rows("deal", "id", filter=text, limit=1000)}
    assert found == true_in_python(filled, text)
    assert found


@pytest.mark.parametrize(
    "text",
    [
        "close_date + 99999999 > TODAY()",
        "close_date - 9999999999999999999 < TODAY()",
        "due + 9999999999999999999 > TODAY()",
        "TODAY() + 9999999999999999999 > close_date",
        "ADDMONTHS(close_date, 9999999999999) > TODAY()",
        "NOT(close_date + 9999999999999999999 > TODAY())",
    ],
)
def test_a_record_whose_date_would_be_out_of_range_is_not_found(text: str, filled: Crm) -> None:
    assert filled.rows("deal", "id", filter=text, limit=1000) == []
    assert len(filled.rows("deal", "id", filter=f"ISBLANK(close_date) || ({text})", limit=1000)) == 8
    assert true_in_python(filled, text) == set()
