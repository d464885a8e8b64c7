"""Formulas made to hang or to fill the memory are refused, fail or give a value, on every target, within a budget."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Iterator

import pytest

from rule_engine import FormulaError, SourceError, UnsupportedOnTarget, check_formula
from tests.agreement.databases import PostgresqlTarget, SqliteTarget
from tests.agreement.model import SCOPE
from tests.agreement.rows import make_rows
from tests.agreement.targets import JavascriptTarget, PythonTarget, Target
from tests.fuzz.pipeline import run_everything

# Of processor time for all that is done with one formula, and of memory that this process may grow by.
BUDGET_S = 10.0
BUDGET_MB = 300


def _doubling(value: str, step: str, times: int) -> str:
    """LET(v0, value, v1, step of v0, ..., v_times)"""
    bindings = ", ".join(f"v{n}, {step.replace('#', f'v{n - 1}')}" for n in range(1, times))
    return f"LET(v0, {value}, {bindings}, v{times - 1})"


def _nested(before: str, inside: str, after: str, times: int) -> str:
    return before * times + inside + after * times


HOSTILE = {
    "a text doubled by LET": "LEN(" + _doubling('name & "x"', "# & #", 60) + ")",
    "a text squared by LET": _doubling('LPAD("x", 1000, "x")', 'SUBSTITUTE(#, "x", #)', 20),
    "a number squared by LET": _doubling("amount + 10", "# * #", 60),
    "a constant squared by LET": _doubling("10", "# * #", 40),
    "a power of powers": _nested("(", "9", " ^ 9)", 60),
    "a power with a huge exponent": "(amount + 2) ^ 99999999999999999999",
    "a power with a huge negative exponent": "(amount + 2) ^ -99999999999999999999",
    "many long numbers": " * ".join(["9" * 100] * 90),
    "many long numbers in a list": f"MAX({', '.join(['9' * 60] * 900)})",
    "a number with a huge exponent": 'VALUE("1e999999999") + VALUE("1E-999999999")',
    "a text of a billion": 'LPAD("x", 10 ^ 9) & RPAD(name, 999999999999999999, "ab")',
    "a thousand long texts": " & ".join(f'LPAD("{n}", 131072, "x")' for n in range(1000)),
    "long texts inside one another": _nested("SUBSTITUTE(", "name", ', "x", LPAD("x", 9999, "x"))', 40),
    "texts replaced in a loop": _nested("SUBSTITUTE(", 'LPAD("x", 131072, "x")', ', "x", "xx")', 30),
    "a pattern of nested loops": f'REGEX(LPAD(name, 100000, "a") & "b", "{"(" * 20}a{"*)" * 20}")',
    "a pattern of counted loops": 'REGEX(LPAD("a", 50000, "a"), "((a{1,100}){1,100}){1,100}")',
    "a pattern of many choices": f'REGEX(LPAD(name, 50000, "a"), "{"(a|aa)+" * 100}$")',
    "a pattern that fields make": 'REGEX(LPAD("a", 100000, "a"), "(" & BLANKVALUE(name, "a") & "+)+$")',
    "a LIKE of many signs": f'LIKE(LPAD(name, 100000, "a"), "{"%a" * 900}%b")',
    "an OR of a thousand": f"OR({', '.join(f'amount = {n}' for n in range(1000))})",
    "an AND deep inside": _nested("AND(active, ", "active", ")", 98),
    "NOT deep inside": _nested("NOT(", "active", ")", 98),
    "minus deep inside": _nested("-", "amount", "", 98),
    "IF deep inside": _nested("IF(active, 1, ", "amount", ")", 98),
    "IF with a failing condition deep inside": _nested("IF(1 / amount > 1, 1, ", "amount", ")", 98),
    "IFERROR deep inside": _nested("IFERROR(", "1 / amount", ", 1 / amount)", 98),
    "CASE deep inside": _nested("CASE(", "amount", ", 1, 2, 3, 4, 1 / amount)", 98),
    "UPPER deep inside": _nested("UPPER(", "name", ")", 98),
    "LEFT deep inside": _nested("LEFT(", "name", ", 9)", 98),
    "LET deep inside": "".join(f"LET(v{n}, amount, " for n in range(98)) + "v97" + ")" * 98,
    "LET with a thousand names": f"LET({', '.join(f'v{n}, {n}' for n in range(900))}, v899)",
    "a sum of a hundred": " + ".join(["amount"] * 99),
    "dates read from texts of dates": _nested("DATEVALUE(TEXT(", "due", "))", 40),
    "moments read from texts of moments": _nested("DATETIMEVALUE(TEXT(", "at", "))", 40),
    "months beyond all years": "ADDMONTHS(due, 10 ^ 60) + 10 ^ 60",
    "rounding to many digits": "ROUND(amount, 10 ^ 60) + TRUNC(amount / 3, -10 ^ 60)",
    "a list inside each of a thousand": f"OR({', '.join(['COUNT(lines, quantity > 1) > 1'] * 900)})",
    "parentheses without end": _nested("(", "1", ")", 10_000),
    "opening parentheses": "(" * 60_000,
    "calls without end": "ABS(" * 15_000,
    "signs without end": "-" * 65_000 + "1",
    "an open text": '"' + "a" * 65_000,
    "backslashes": '"' + "\\" * 65_000,
    "open comments": "/*" * 32_000,
    "stars in a comment": "/" + "*" * 65_000,
    "a long name": "a" * 65_000,
    "a long path": ".".join(["owner"] * 10_000),
    "a long path of dots": "." * 65_000,
    "wrong words": "amonut " * 9_000,
    "wrong names in a list": f"MAX({', '.join(f'amonut{n}' for n in range(900))})",
    "wrong types in a list": f"AND({', '.join(['1'] * 900)})",
    "blanks": " " * 65_000,
    "too much": "1 + " * 100_000 + "1",
}  # fmt: skip


@pytest.fixture(scope="module")
def targets(postgresql_server: str) -> Iterator[list[Target]]:
    rows = make_rows(random.Random(7), 4)
    opened: list[Target] = [PythonTarget(rows), SqliteTarget(rows), PostgresqlTarget(rows, postgresql_server)]
    opened.append(JavascriptTarget(rows))
    yield opened
    for target in opened:
        target.close()


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_formula_stays_within_its_budget(text: str, targets: list[Target]) -> None:
    started, memory_kb = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run_everything(text, len(text) // 2)
    for target in targets:
        try:
            target.evaluate(check_formula(text, SCOPE))
        except (SourceError, FormulaError, UnsupportedOnTarget):
            continue
    assert time.process_time() - started < BUDGET_S
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory_kb < BUDGET_MB * 1024
