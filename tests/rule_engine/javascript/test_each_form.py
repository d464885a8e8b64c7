"""Every form of every built-in gives in JavaScript what it gives in Python, for values that lie at some edge."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from rule_engine import FUNCTIONS, CheckedFormula, FormulaError, Kind, check_formula, compile_python
from rule_engine.functions.entry import Form
from rule_engine.types import Path, Reference, Type
from tests.rule_engine.javascript.evaluator import JavascriptEvaluator
from tests.rule_engine.sample import CONTEXT

MOST_ROWS = 250
EDGES: dict[Kind, Sequence[Any]] = {
    Kind.NUMBER: [
        None, *map(Decimal, (
            "0", "1", "-1", "0.5", "-0.5", "2.5", "-2.5", "7", "-7", "12", "50", "65", "999.995", "-0.001", "2026", "-3600.5",
            "0.333333333333333333333333333333333333333", "123456789012345678901234567890123456789", "1E+30", "-1E-30", "8364",
            "119987", "55357", "1e6",
        )),
    ],
    Kind.TEXT: [
        None, "a", "b", "abc abc", "ABC", "Straße ﬁ", "ÇİIıi ΑΣ", "x𝒳y𝒳", "  two words ", "\u00a0x\u00a0", "12.5", "-1e3", ".5", "1.",
        "1e1000", "0e9999", "٣", "2026-02-28", "2024-2-29x", "2026-02-29", "10:20:30.456", "10:20:30.4567", "2026-02-28 10:11:12Z",
        '{"a": [1, 2.50, {"b": 1e-9, "2": "x", "1": null}], "c": true, "d": "\\n", "e": ""}', "$.a[1]", '$["c"]', "$.a[2]", "$.e", "a", "d",
        "a%", "%b_", "a.|%\\%", "[a-z]+", "(", "\\d+(?i)x", "<a href='x'>&é\u2028", "tr", "tr_TR", "az-Latn", "km", "mi",
        " javascript:alert(1)", "/x", "//x", "https://x.y?a='b'&c", "EUR", "JPY",
        "a b!~*'()/\u00e9", "line\nbreak\ttab\\", "𝒳", "\ud7ff", "ﬀ",
    ],
    Kind.BOOLEAN: [True, False],
    Kind.DATE: [
        None, date(1, 1, 1), date(1582, 10, 10), date(1969, 12, 31), date(2024, 2, 29), date(2026, 12, 31),
        date(2027, 1, 1), date(9999, 12, 31),
    ],
    Kind.DATETIME: [
        None, datetime(1, 1, 1, tzinfo=UTC), datetime(1893, 3, 31, 23, 30, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC),
        datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC),
        datetime(2026, 10, 25, 22, 30, 0, 5000, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    ],
    Kind.TIME: [None, time(0), time(10, 20, 30, 456_000), time(23, 59, 59, 999_000)],
    Kind.GEOLOCATION: [None, (Decimal(0), Decimal(0)), (Decimal("52.52"), Decimal("13.405")), (Decimal(-90), Decimal(180))],
    Kind.ID: [None, "01890000-0000-7000-8000-000000000001"],
}  # fmt: skip
THROUGH_DOUBLES = {
    "sqrt", "exp", "ln", "log", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "distance",
}  # fmt: skip
OPERATORS = {"plus": "+", "minus": "-", "times": "*", "over": "/", "power": "^", "and": "&"}
INTERNAL = {"text": "TEXT", "rate": "CURRENCYRATE"}
FORMS = [form for function in FUNCTIONS.values() for form in function.forms]
NO_CALL = {"differ", "midnight", "rate_or_one"}


class FieldsOfKinds:
    """number_0, number_1, text_0, ..."""

    def find(self, path: Path) -> Reference | None:
        name = path[0].lower()
        kind = name.rpartition("_")[0]
        return Reference(path=(name,), type=Type(kind=Kind(kind))) if kind in list(Kind) else None

    def names(self, prefix: Path) -> Sequence[str]:
        return ()


def _formula(form: Form, fields: Sequence[str]) -> str:
    name = form.key.rpartition("_")[0]
    if name.startswith("operator_"):
        return f" {OPERATORS[name.removeprefix('operator_')]} ".join(fields)
    if name == "sign_minus":
        return f"-{fields[0]}"
    return f"{INTERNAL.get(name.removesuffix('_form'), name.upper())}({', '.join(fields)})"


def _shapes(form: Form) -> list[tuple[Kind, ...]]:
    """The kinds of arguments, with as many optional ones as may be."""
    shapes = [form.required + form.optional[:count] for count in range(len(form.optional) + 1)]
    return shapes if form.repeated is None else [form.required + (form.repeated,) * 2]


def _rows(fields: Mapping[str, Kind], seed: str) -> list[dict[str, Any]]:
    rows = list(itertools.islice(itertools.product(*(EDGES[kind] for kind in fields.values())), 200_000))
    if len(rows) > MOST_ROWS:
        rows = random.Random(seed).sample(rows, MOST_ROWS)
    return [dict(zip(fields, row, strict=True)) for row in rows]


def _in_python(checked: CheckedFormula, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    compute = compile_python(checked)
    results: list[Any] = []
    for row in rows:
        try:
            results.append(compute(row, CONTEXT))
        except FormulaError as error:
            results.append(error)
    return results


def _are_same(ours: Any, theirs: Any, *, is_double: bool) -> bool:
    if isinstance(ours, FormulaError) or isinstance(theirs, FormulaError):
        return isinstance(ours, FormulaError) and isinstance(theirs, FormulaError) and ours.kind == theirs.kind
    if is_double and ours is not None and theirs is not None:
        return math.isclose(ours, theirs, rel_tol=1e-14, abs_tol=1e-15)
    return bool(ours == theirs)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.key)
def test_it_gives_what_python_gives(form: Form, javascript: JavascriptEvaluator) -> None:
    name = form.key.rpartition("_")[0]
    if name in NO_CALL:
        return
    for kinds in _shapes(form):
        fields = {f"{kind}_{index}": kind for index, kind in enumerate(kinds)}
        checked = check_formula(_formula(form, list(fields)), FieldsOfKinds())
        rows = _rows(fields, form.key)
        ours = _in_python(checked, rows)
        theirs = javascript.evaluate(checked, rows, CONTEXT)
        different = [
            (row, mine, other)
            for row, mine, other in zip(rows, ours, theirs, strict=True)
            if not _are_same(mine, other, is_double=name in THROUGH_DOUBLES)
        ]
        assert different == []
