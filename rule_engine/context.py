"""What a formula may know besides the record: the moment, the user, the record as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationContext:
    """`now`: aware; `user`: the fields of $User by name; `prior`: the record before this change, flat, None when there
    is none. One context serves any number of records of one moment."""

    now: datetime
    time_zone: tzinfo = UTC
    user: Mapping[str, Any] = field(default_factory=dict)
    prior: Mapping[str, Any] | None = None
    is_new: bool = False

    @property
    def today(self) -> date:
        """The day in the user's time zone."""
        return self.now.astimezone(self.time_zone).date()
