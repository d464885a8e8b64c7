"""Random rows: the simple ones first, then awkward values in every combination."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from rule_engine import Type
from rule_engine.types import Kind
from tests.agreement.model import ANNA, BO, CHILD_FIELDS, CHILDREN, FIELDS, STATUSES, TAGS

Row = dict[str, Any]
BLANK_ROW = 1

_TEXTS = (
    "a", "abc", "b", "A", " a ", "abcab", "Straße", "ÅNGSTRÖM", "123", "-1.5e3", "2024-02-29", "2024-02-29 10:20:30",
    "10:20:30.5", "🙂x", "x🙂y🙂", "\uffee", "i", "\\", "%", "a\nb", "<&'\">", '{"a": [1, 2.50]}',
)  # fmt: skip
_DAYS = tuple(
    date.fromisoformat(day)
    for day in (
        "2024-02-29",
        "2023-02-28",
        "2026-03-01",
        "2026-03-02",
        "2000-01-01",
        "1970-01-01",
        "1999-12-31",
        "2026-03-29",
    )
)
_MOMENTS = tuple(
    datetime.fromisoformat(moment).replace(tzinfo=UTC)
    for moment in (
        "2026-03-01 23:30:15", "2026-03-29 01:00:00", "2024-02-29 12:00:00", "1970-01-01 00:00:00", "1969-12-31 23:59:59.500",
        "2026-10-25 00:59:59",
    )
)  # fmt: skip
_TIMES = (time(0), time(10, 20, 30, 456_000), time(23, 59, 59, 999_000), time(12))


def make_rows(chance: random.Random, count: int) -> list[Row]:
    """A row with a plain value everywhere, one without any, and random ones."""
    rows = [_row(chance, blanks=0.0), _row(chance, blanks=1.0)]
    return rows + [_row(chance, blanks=chance.choice((0.1, 0.3, 0.6))) for _ in range(count - len(rows))]


def _row(chance: random.Random, *, blanks: float) -> Row:
    row = {name: _value(chance, type_, blanks) for name, type_ in FIELDS.items()}
    row["owner.name"] = None if row["owner"] is None else row["owner.name"]
    lines = 0 if blanks == 1.0 else chance.choice((0, 1, 1, 2, 3, 5))
    row[CHILDREN] = [
        {name: _value(chance, type_, blanks) for name, type_ in CHILD_FIELDS.items()} for _ in range(lines)
    ]
    return row


def _value(chance: random.Random, type_: Type, blanks: float) -> Any:
    if chance.random() < blanks:
        return None
    match type_.kind:
        case Kind.NUMBER:
            return _number(chance, type_.scale or 0)
        case Kind.TEXT:
            return chance.choice(_TEXTS) if chance.random() < 0.7 else _letters(chance)
        case Kind.BOOLEAN:
            return chance.random() < 0.5
        case Kind.DATE:
            return (
                chance.choice(_DAYS)
                if chance.random() < 0.6
                else date(1990, 1, 1) + timedelta(chance.randrange(25_000))
            )
        case Kind.DATETIME:
            return _moment(chance)
        case Kind.TIME:
            return chance.choice(_TIMES)
        case Kind.PICKLIST:
            return chance.choice(STATUSES)
        case Kind.MULTI_PICKLIST:
            return tuple(tag for tag in TAGS if chance.random() < 0.5) or None
    return chance.choice((ANNA, BO))


def _number(chance: random.Random, scale: int) -> Decimal:
    whole = chance.choice((0, 1, -1, 2, 5, 10, 50, 99, chance.randint(-999, 999)))
    part = chance.choice((0, 0, 5 * 10**scale // 10, chance.randrange(10**scale))) if scale else 0
    return Decimal(whole * 10**scale + part).scaleb(-scale)


def _letters(chance: random.Random) -> str:
    return "".join(chance.choice("abcABC xyz019.-äß中") for _ in range(chance.randint(1, 6)))


def _moment(chance: random.Random) -> datetime:
    if chance.random() < 0.6:
        return chance.choice(_MOMENTS)
    return datetime(1990, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(60 * 365 * 86_400))
