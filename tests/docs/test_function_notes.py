"""What the reference says of functions beside their registry entries is there where it is needed, and true."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from rule_engine import FUNCTIONS, FormulaError
from rule_engine.functions.entry import Form, Function
from rule_engine.types import Kind
from tests.docs.reference.function_notes import BLANKS, CALLS, ERRORS, TYPES
from tests.docs.reference.function_targets import targets_of
from tests.rule_engine.sample import CONTEXT

PUBLIC = [function for function in FUNCTIONS.values() if not function.is_internal]
AWKWARD: dict[Kind, tuple[Any, ...]] = {
    Kind.NUMBER: (Decimal(0), Decimal(-1), Decimal("1.5"), Decimal(10**9), Decimal(10) ** 30),
    Kind.TEXT: ("", "x", "(", "{", "$.", "12", "9999-99-99", "$.a", "x" * 2000),
    Kind.BOOLEAN: (True, False),
    Kind.DATE: (date(1, 1, 1), date(9999, 12, 31)),
    Kind.DATETIME: (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, tzinfo=UTC)),
    Kind.TIME: (time(0), time(23, 59, 59)),
    Kind.GEOLOCATION: ((Decimal(0), Decimal(0)), (Decimal(90), Decimal(180))),
    Kind.ID: ("x",),
}


def test_blanks_are_described_where_they_are_special() -> None:
    special = {
        one.name for one in PUBLIC if not one.forms or any(form.takes_blanks or form.gives_blank for form in one.forms)
    }
    assert special <= set(BLANKS)
    assert set(BLANKS) <= {one.name for one in PUBLIC}


def test_failures_are_described_where_they_happen() -> None:
    failing = {one.name for one in PUBLIC if any(form.can_fail for form in one.forms)}
    assert failing | {"VLOOKUP", "CURRENCYRATE"} == set(ERRORS)


def test_functions_without_forms_have_types_and_a_call() -> None:
    without = {one.name for one in PUBLIC if not one.forms}
    assert without == set(CALLS)
    assert without <= set(TYPES)


@pytest.mark.parametrize("function", [one for one in PUBLIC if one.forms], ids=lambda one: one.name)
def test_functions_fail_only_as_they_are_described(function: Function) -> None:
    seen = {kind for form in function.forms for kind in _failures(form)}
    assert seen <= {*ERRORS.get(function.name, ()), *(["out_of_range"] if function.name in ERRORS else [])}


@pytest.mark.parametrize("function", PUBLIC, ids=lambda one: one.name)
def test_every_function_runs_in_python_and_in_browsers(function: Function) -> None:
    assert {"Python", "JavaScript"} <= set(targets_of(function))


@pytest.mark.parametrize("function", PUBLIC, ids=lambda one: one.name)
def test_chinese_texts_have_chinese_punctuation(function: Function) -> None:
    texts = (function.summary_zh, *(BLANKS[function.name][1:] if function.name in BLANKS else ()))
    assert not [text for text in texts if re.search("[\u4e00-\u9fff][,;:]", text)]


def _failures(form: Form) -> set[str]:
    """The codes of the failures over awkward values; a few hundred calls."""
    kinds = [*form.required, *form.optional, *([form.repeated] if form.repeated is not None else [])]
    needs = [getattr(CONTEXT, need) for need in form.needs]
    seen = set()
    for values in itertools.islice(itertools.product(*(AWKWARD[kind] for kind in kinds)), 800):
        if form.takes_blanks or "" not in values:
            try:
                form.python(*(None if value == "" else value for value in values), *needs)
            except FormulaError as error:
                seen.add(error.kind)
            except ArithmeticError:
                seen.add("out_of_range")
    return seen if form.can_fail else seen - {"out_of_range"}
