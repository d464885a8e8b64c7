"""Targets agree: any formula over any row gives the same in Python and on SQLite."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rule_engine import FormulaError, check_formula, compile_python
from rule_engine.runtime.numbers import number_text
from tests.rule_engine.databases import SqliteDatabase
from tests.rule_engine.sample import BLANK, CONTEXT, SCOPE

_numbers = st.one_of(
    st.none(), st.decimals(min_value=-999, max_value=999, places=2), st.sampled_from([Decimal(0), Decimal("0.01")])
)
_texts = st.one_of(st.none(), st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=5))
_days = st.one_of(st.none(), st.dates(date(1990, 1, 1), date(2060, 1, 1)))

RECORDS = st.fixed_dictionaries(
    {
        "amount": _numbers,
        "price": _numbers,
        "name": _texts,
        "city": _texts,
        "active": st.one_of(st.none(), st.booleans()),
        "due": _days,
        "start": _days,
        "status": st.one_of(st.none(), st.sampled_from(["New", "Open"])),
    }
).map(lambda values: BLANK | values)


def _joined(parts: st.SearchStrategy[str], *patterns: str) -> st.SearchStrategy[str]:
    return st.one_of(*(_filled(pattern, parts) for pattern in patterns))


def _filled(pattern: str, parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    count = pattern.count("{}")
    return st.tuples(*[parts] * count).map(lambda chosen: pattern.format(*chosen))


_number = st.recursive(
    st.sampled_from(["amount", "price", "0", "2", "1.5", "VALUE(NULL)", "LEN(name)", "YEAR(due)", "(due - start)"]),
    lambda parts: _joined(
        parts,
        "({} + {})",
        "({} - {})",
        "({} * {})",
        "({} / {})",
        "-({})",
        "ROUND({}, 1)",
        "MAX({}, {})",
        "MOD({}, {})",
        "IF(active, {}, {})",
        "BLANKVALUE({}, {})",
        "IFERROR({}, {})",
        "CASE({}, {}, {}, {})",
        "FLOOR({})",
    ),
    max_leaves=6,
)
_text = st.recursive(
    st.sampled_from(["name", "city", '"a"', '""', "TEXT(amount)", "status", "TEXT(due)"]),
    lambda parts: _joined(
        parts,
        "({} & {})",
        "LEFT({}, 2)",
        "UPPER({})",
        "TRIM({})",
        "SUBSTITUTE({}, {}, {})",
        "IF({} = {}, {}, {})",
        "BLANKVALUE({}, {})",
        "LPAD({}, 3)",
    ),
    max_leaves=5,
)
_test = st.one_of(
    _joined(_number, "{} < {}", "{} = {}", "{} <> {}", "{} >= 1.5", "ISBLANK({})", "{} in (1, {})", "amount > {}"),
    _joined(
        _text, "{} = {}", "{} <> {}", "{} < {}", "CONTAINS({}, {})", "BEGINS({}, {})", "{} in ({}, {})", "ISBLANK({})"
    ),
    st.sampled_from(
        ["active", "due < start", "due = start", 'ISPICKVAL(status, "New")', "amount = 0", "price <= 0.005"]
    ),
)
_condition = st.recursive(
    _test,
    lambda parts: _joined(parts, "({} && {})", "({} || {})", "NOT({})", "IF({}, {}, {})", "AND({}, {}, {})"),
    max_leaves=4,
)
FORMULAS = st.one_of(_number, _text, _condition)


def _python_result(source: str, record: dict[str, Any], *, blank_as_zero: bool) -> Any:
    compute = compile_python(check_formula(source, SCOPE, blank_as_zero=blank_as_zero))
    try:
        return compute(record, CONTEXT)
    except FormulaError:
        return None


def _shown(value: Any, *, is_boolean: bool) -> Any:
    if is_boolean:
        return bool(value)
    return number_text(value) if isinstance(value, Decimal) else value


@settings(max_examples=300)
@given(source=FORMULAS, record=RECORDS, blank_as_zero=st.booleans())
def test_python_and_sqlite_agree(
    sqlite_database: SqliteDatabase, source: str, record: dict[str, Any], blank_as_zero: bool
) -> None:
    checked = check_formula(source, SCOPE, blank_as_zero=blank_as_zero)
    is_boolean = checked.type.kind.value == "boolean"
    ours = _shown(_python_result(source, record, blank_as_zero=blank_as_zero), is_boolean=is_boolean)
    theirs = _shown(sqlite_database.evaluate(checked, record), is_boolean=is_boolean)
    assert ours == theirs
