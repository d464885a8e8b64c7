"""What a formula may know besides the record: the moment, the user, the record as it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationContext:
    """`now`: aware; `user`: the fields of $User by name; `prior`: the record before this change, flat, None when there
    is none; `globals`: the values of the other globals, by the lower-case path behind the `$` ("org.name");
    `currency_rates`: what one unit of the corporate currency is in each currency, by ISO code; `find_value`: given an
    object, a field, a key field and a key, the field of the record with that key, None when there is none (None: the
    caller cannot look up). One context serves any number of records of one moment."""

    now: datetime
    time_zone: tzinfo = UTC
    user: Mapping[str, Any] = field(default_factory=dict)
    prior: Mapping[str, Any] | None = None
    is_new: bool = False
    is_clone: bool = False
    globals: Mapping[str, Any] = field(default_factory=dict)
    currency_rates: Mapping[str, Decimal] = field(default_factory=dict)
    find_value: Callable[[str, str, str, Any], Any] | None = None

    @property
    def today(self) -> date:
        """The day in the user's time zone."""
        return self.now.astimezone(self.time_zone).date()
