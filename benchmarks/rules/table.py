"""The assignment table that everybody looks up, and the records that are looked up in it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from benchmarks.formulas.filter import LeadScope
from rule_engine import CheckedFormula, check_formula

INDUSTRIES = ("Energy", "Retail", "Media")
ROWS_A_COUNTRY = 20
SPAN = 400_000

Row = tuple[str, int, str]
"""Country, the lowest revenue, industry."""


def rows(count: int) -> list[Row]:
    """A country, an industry and a band of revenue; always the same."""
    chance = random.Random(count)
    return [(_country(chance, count), chance.randrange(4_000_000), chance.choice(INDUSTRIES)) for _ in range(count)]


def conditions(table: Sequence[Row]) -> list[CheckedFormula]:
    return [
        check_formula(
            f'country = "{country}" && revenue >= {low} && revenue < {low + SPAN} && industry = "{industry}"',
            LeadScope(),
        )
        for country, low, industry in table
    ]


def records(count: int, table_rows: int) -> list[dict[str, Any]]:
    """About half of them find a row. Numbers are plain integers, since not every peer takes decimals."""
    chance = random.Random(7)
    return [
        {
            "country": _country(chance, table_rows),
            "revenue": chance.randrange(4_000_000),
            "industry": chance.choice(INDUSTRIES),
        }
        for _ in range(count)
    ]


def _country(chance: random.Random, count: int) -> str:
    return f"C{chance.randrange(max(1, count // ROWS_A_COUNTRY))}"
