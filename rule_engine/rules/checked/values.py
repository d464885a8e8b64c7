"""Values and spans of time as checked rules hold them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Literal


class Blank(Enum):
    """`NULL` or `""` in `F changes from NULL to "x"`: the field is blank, unlike None, which is any value."""

    BLANK = "blank"


BLANK = Blank.BLANK
Value = str | Decimal | bool | date | datetime | time | Blank
Unit = Literal["minute", "hour", "day", "week", "month", "year"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """`2 business days in calendar support_eu`. Business time runs in the hours of `calendar`, None: the standard one."""

    amount: int
    unit: Unit
    is_business: bool = False
    calendar: str | None = None
