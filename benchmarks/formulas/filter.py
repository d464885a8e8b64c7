"""The filter that everybody evaluates, and the records it is evaluated over."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from rule_engine import CheckedFormula, EvaluationContext, Kind, Reference, Type, check_formula
from rule_engine.types import DATE, TEXT, Path

FILTER = (
    'country in ("DE", "AT", "CH", "FR", "IT") && revenue > 1000000'
    ' && (industry = "Energy" || rating = "Hot") && NOT(ISBLANK(email))'
)
CONTEXT = EvaluationContext(now=datetime(2026, 3, 1, 12, tzinfo=UTC))
_FIELDS = {
    "country": TEXT,
    "revenue": Type(kind=Kind.NUMBER, scale=2),
    "industry": Type(kind=Kind.PICKLIST),
    "rating": Type(kind=Kind.PICKLIST),
    "email": TEXT,
    "due": DATE,
}


class LeadScope:
    """See rule_engine.types.Scope."""

    def find(self, path: Path) -> Reference | None:
        name = ".".join(path).lower()
        return Reference(path=(name,), type=_FIELDS[name]) if name in _FIELDS else None

    def names(self, prefix: Path) -> Sequence[str]:
        return () if prefix else tuple(_FIELDS)


def checked_filter() -> CheckedFormula:
    return check_formula(FILTER, LeadScope())


def records(count: int) -> list[dict[str, Any]]:
    """Always the same records, with plain integers for numbers, since not every peer takes decimals. Revenue is never
    blank, since most peers fail there."""
    chance = random.Random(3)
    return [
        {
            "country": chance.choice(["DE", "AT", "CH", "FR", "IT", "US", "GB", "JP", None]),
            "revenue": chance.randrange(4_000_000),
            "industry": chance.choice(["Energy", "Retail", "Media", None]),
            "rating": chance.choice(["Hot", "Warm", "Cold"]),
            "email": chance.choice(["anna@example.com", None]),
        }
        for _ in range(count)
    ]
