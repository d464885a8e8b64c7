"""Every record of a small world, so that what analysis says of all records can be tried on each."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from rule_engine import EvaluationContext, FormulaError, compile_python
from rule_engine.checker import CheckedFormula, check_formula
from rule_engine.types import BOOLEAN, DATE, NUMBER, TEXT, Kind, Path, Reference, Type

CONTEXT = EvaluationContext(now=datetime(2026, 1, 15, 12, tzinfo=UTC))
FIELDS: Mapping[str, Type] = {
    "amount": NUMBER,
    "country": TEXT,
    "stage": Type(kind=Kind.PICKLIST, values=("Open", "Won")),
    "is_big": BOOLEAN,
    "due": DATE,
}
GRID: Mapping[str, Sequence[Any]] = {
    "amount": (None, *(Decimal(half) / 2 for half in range(-1, 8))),
    "country": (None, "AT", "DE", "XX"),
    "stage": (None, "Open", "Won"),
    "is_big": (False, True),
    "due": (None, date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)),
}
RECORDS = [dict(zip(GRID, values, strict=True)) for values in itertools.product(*GRID.values())]


class GridScope:
    def find(self, path: Path) -> Reference | None:
        name = path[0].lower()
        return Reference(path=(name,), type=FIELDS[name]) if len(path) == 1 and name in FIELDS else None

    def names(self, prefix: Path) -> Sequence[str]:
        return () if prefix else tuple(FIELDS)


def formula(text: str) -> CheckedFormula:
    return check_formula(text, GridScope())


def holds(condition: CheckedFormula, records: Sequence[Mapping[str, Any]] = RECORDS) -> list[bool | None]:
    """For each record; None where it fails."""
    run = compile_python(condition)
    found: list[bool | None] = []
    for record in records:
        try:
            found.append(run(record, CONTEXT) is True)
        except FormulaError:
            found.append(None)
    return found


_NUMBERS = st.integers(0, 3).map(str)
_TEXTS = st.sampled_from(['"AT"', '"DE"'])
_ORDERS = st.sampled_from(["<", "<=", ">", ">=", "=", "<>"])
_EQUALS = st.sampled_from(["=", "<>"])
_DAYS = st.sampled_from(["DATE(2026, 1, 2)"])
_FIELDS = st.sampled_from([*list(FIELDS)[:-2], "due"])
ATOMS = st.one_of(
    st.builds("amount {} {}".format, _ORDERS, _NUMBERS),
    st.builds("{} {} amount".format, _NUMBERS, _ORDERS),
    st.builds("amount between {} and {}".format, _NUMBERS, _NUMBERS),
    st.builds("country {} {}".format, _EQUALS, st.one_of(_TEXTS, st.just('""'))),
    st.builds("country in ({}, {})".format, _TEXTS, _TEXTS),
    st.builds("stage {} {}".format, _EQUALS, st.sampled_from(['"Open"', '"Won"'])),
    st.just('ISPICKVAL(stage, "Open")'),
    st.just("is_big"),
    st.builds("due {} {}".format, _ORDERS, _DAYS),
    st.builds("ISBLANK({})".format, _FIELDS),
)
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds("({} && {})".format, inner, inner),
        st.builds("({} || {})".format, inner, inner),
        st.builds("NOT({})".format, inner),
        st.builds("IF({}, {}, {})".format, inner, inner, inner),
    ),
    max_leaves=5,
)
FAILING = st.sampled_from(["1 / amount > 1", "10 / (amount - 1) < 5 && is_big", "VALUE(country) > 1"])
OPAQUE = st.sampled_from(['CONTAINS(country, "D")', "MONTH(due) > 1", "LEN(country) > 1", "amount > amount * amount"])
