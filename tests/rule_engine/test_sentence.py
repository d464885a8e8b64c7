"""Formulas in plain words: a table of cases, labels, and that nothing is left out or ambiguous."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings

from rule_engine import FUNCTIONS, CheckedFormula, SourceError, check_formula, sentence
from rule_engine.targets.sentence.phrases import find_phrase
from tests.agreement import model
from tests.agreement.formulas import Case, cases
from tests.conformance.adapters import scope_of
from tests.rule_engine.salesforce_corpus import lines
from tests.rule_engine.salesforce_corpus import scope_of as corpus_scope_of
from tests.rule_engine.sample import SCOPE
from tests.rule_engine.test_warnings import CONDITIONS

HERE = Path(__file__).parent
VECTORS = HERE.parents[1].parent / "shared" / "conformance" / "vectors.dev.jsonl"
CASES = tomllib.loads((HERE / "sentences.toml").read_text(encoding="utf-8"))["case"]

SAID_BY_NODES = {
    "AND", "OR", "NOT", "IF", "IFS", "CASE", "IN", "ISPICKVAL", "INCLUDES", "ISBLANK", "ISNULL", "BLANKVALUE", "NULLVALUE",
    "IFERROR", "ISNEW", "ISCLONE", "ISCHANGED", "PRIORVALUE", "LET", "COUNT", "SUM", "AVG", "VLOOKUP",
}  # fmt: skip
LABELS = {
    ("country",): ("Country", "国家"),
    ("city",): ("City", "城市"),
    ("amount",): ("Annual revenue", "年收入"),
    ("status",): ("Stage", "阶段"),
    ("status", "Open"): ("In progress", "进行中"),
    ("owner",): ("Owner", "负责人"),
    ("owner", "name"): ("Name", "姓名"),
    ("lines",): ("Order lines", "订单明细"),
    ("lines", "quantity"): ("Quantity", "数量"),
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["formula"])
def test_it_is_said_as_in_the_table(case: dict[str, str]) -> None:
    checked = check_formula(case["formula"], SCOPE)
    assert sentence(checked, "en") == case["en"]
    assert sentence(checked, "zh-Hans") == case["zh"]


@pytest.mark.parametrize(
    ("source", "english", "chinese"),
    [
        (
            'city in ("DE", "AT") && amount > 1000000',
            "City is one of DE, AT and Annual revenue is above 1,000,000",
            "城市为 DE、AT 之一，且年收入高于 1,000,000",
        ),
        ('status in ("New", "Open")', "Stage is one of New, In progress", "阶段为 New、进行中之一"),
        ('CASE(status, "Open", 1, 2)', "1 if Stage is In progress; otherwise 2", "阶段为进行中时取 1；否则取 2"),
        ('owner.name <> "x"', "Owner's Name is not \"x\"", "负责人的姓名不为“x”"),
        ("COUNT(lines, quantity > 1) > 2", "the number of Order lines (where Quantity is above 1) is above 2",
         "满足（数量高于 1）的订单明细的数量高于 2"),
    ],
)  # fmt: skip
def test_fields_and_values_are_called_by_their_labels(source: str, english: str, chinese: str) -> None:
    checked = check_formula(source, SCOPE)
    assert sentence(checked, "en", lambda path: LABELS[path][0] if path in LABELS else None) == english
    assert sentence(checked, "zh-Hans", lambda path: LABELS[path][1] if path in LABELS else None) == chinese


def test_a_fraction_of_salesforce_is_said_as_a_percent() -> None:
    assert sentence(check_formula("discount > 0.4", SCOPE, mode="salesforce"), "en") == "discount is above 40%"


def test_a_text_beside_a_field_cannot_be_taken_for_one() -> None:
    assert sentence(check_formula('name in (city, "City")', SCOPE), "en") == 'name is one of city, "City"'


def test_every_function_has_a_phrase() -> None:
    callable_ones = {name for name, function in FUNCTIONS.items() if not function.is_internal}
    lacking = {name for name in callable_ones if find_phrase(name, ()) is None}
    assert lacking == SAID_BY_NODES


def test_every_phrase_is_of_a_function() -> None:
    for name in ("CONTAINS", "LEN", "MONTH", "differ", "sign -", "midnight"):
        assert name in FUNCTIONS
        assert find_phrase(name, ()) is not None


@settings(max_examples=200, deadline=None)
@given(source=CONDITIONS)
def test_any_condition_is_said_with_closed_brackets(source: str) -> None:
    checked = check_formula(source, SCOPE)
    _assert_said(checked)


@settings(max_examples=200, deadline=None)
@given(case=cases())
def test_any_formula_is_said(case: Case) -> None:
    _assert_said(check_formula(case.text, model.SCOPE, mode=case.mode, blank_as_zero=case.blank_as_zero))


def test_vectors_are_said() -> None:
    for checked in _vectors():
        _assert_said(checked)


def test_formulas_of_public_repositories_are_said() -> None:
    for line in lines():
        with suppress(SourceError):
            _assert_said(check_formula(line["formula"], corpus_scope_of(line), mode="salesforce"))


def _assert_said(checked: CheckedFormula) -> None:
    english, chinese = sentence(checked, "en"), sentence(checked, "zh-Hans")
    assert english, checked.source
    assert chinese, checked.source
    assert "{" not in english + chinese or "{" in checked.source
    if not set("()（）\"'") & set("".join(_texts(checked.source))):
        assert english.count("(") == english.count(")")
        assert chinese.count("（") == chinese.count("）")


def _texts(source: str) -> list[str]:
    """The texts of a formula, roughly."""
    return source.split('"')[1::2] + source.split("'")[1::2]


def _vectors() -> Iterator[CheckedFormula]:
    seen: set[str] = set()
    if not VECTORS.exists():
        return
    with VECTORS.open(encoding="utf-8") as file:
        for line in file:
            vector = json.loads(line)
            if vector["formula"] in seen:
                continue
            seen.add(vector["formula"])
            try:
                yield check_formula(vector["formula"], scope_of(vector["fields"]), mode="salesforce")
            except SourceError:
                continue
