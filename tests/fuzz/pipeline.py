"""Everything that is done with a formula, one step after the other. Whatever the text, only the errors of the package come out."""

from __future__ import annotations

import random
from contextlib import suppress
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from rule_engine import (
    CheckedFormula,
    FormulaError,
    SourceError,
    UnsupportedOnTarget,
    check_formula,
    compile_batch,
    compile_javascript,
    compile_python,
    compile_sql,
    complete,
    explain,
    format_formula,
    hover,
    parse_formula,
    rename_field,
    sentence,
    signature_help,
    tokens,
)
from tests.agreement.databases import child_rows_of, column_of
from tests.agreement.model import CONTEXT, SCOPE
from tests.agreement.rows import make_rows

Outcome = Literal["no syntax", "no sense", "evaluated"]

ROWS = make_rows(random.Random(5), 3)
_DIALECTS: dict[str, sa.Dialect] = {
    "sqlite": sqlite.dialect(),  # SQLAlchemy leaves them untyped
    "postgresql": postgresql.dialect(),  # type: ignore[no-untyped-call]
}


def run_everything(text: str, position: int) -> Outcome:
    """`position`: where the cursor of an editor would be."""
    _edit(text, min(position, len(text)))
    try:
        canonical = format_formula(parse_formula(text))
    except SourceError as error:
        _render(error)
        return "no syntax"
    with suppress(SourceError):  # what is close to a limit may be past it with canonical blanks
        assert format_formula(parse_formula(canonical)) == canonical
    outcomes = {_check_and_run(text, "trellis"), _check_and_run(text, "salesforce")}
    return "evaluated" if "evaluated" in outcomes else "no sense"


def _edit(text: str, position: int) -> None:
    parts = tokens(text)
    assert all(0 <= part.start <= part.end <= len(text) for part in parts)
    complete(text, position, SCOPE)
    hover(text, position, SCOPE)
    signature_help(text, position, SCOPE)
    with suppress(SourceError):
        rename_field(text, SCOPE, ("amount",), "sum_total")


def _check_and_run(text: str, mode: Literal["trellis", "salesforce"]) -> Outcome:
    try:
        checked = check_formula(text, SCOPE, mode=mode, blank_as_zero=len(text) % 2 == 0)
    except SourceError as error:
        _render(error)
        return "no sense"
    _say(checked)
    _compile(checked)
    compute = compile_python(checked)
    for row in ROWS:
        with suppress(FormulaError):
            compute(row, CONTEXT)
        explain(checked, row, CONTEXT)
    compile_batch(checked).evaluate(ROWS, CONTEXT)
    return "evaluated"


def _render(error: SourceError) -> None:
    if not str(error):
        raise AssertionError("The error says nothing.")


def _say(checked: CheckedFormula) -> None:
    with suppress(UnsupportedOnTarget):
        assert sentence(checked, "en")
        assert sentence(checked, "zh-Hans")


def _compile(checked: CheckedFormula) -> None:
    with suppress(UnsupportedOnTarget):
        compile_javascript(checked)
    for name, dialect in _DIALECTS.items():
        with suppress(UnsupportedOnTarget):
            str(compile_sql(checked, column_of, name, child_rows_of).compile(dialect=dialect))  # type: ignore[arg-type]
