"""What somebody asks to be simulated: a draft of rules, over which records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from trellis.errors import InvalidRequest

MAX_SOURCE_BYTES = 1_000_000
MOST_SHOWN = 200
SHOWN = 20
_AGO = re.compile(r"(\d{1,6}) ?([hdw])")
_UNITS: Mapping[str, str] = {"h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`source`: a rule file; `object`: whose records, None where its rules are all about one; `where`: a condition, None for all of
    them; `shown`: how many records are gone through one by one; `since`: a time before now, or a day or moment: from when on the saves
    that were made are gone through instead of the records that there are."""

    source: str
    object: str | None = None
    where: str | None = None
    shown: int = SHOWN
    since: str | None = None

    def __post_init__(self) -> None:
        """Raises InvalidRequest."""
        if len(self.source.encode("utf-8", "replace")) > MAX_SOURCE_BYTES:
            raise InvalidRequest(f"The rules have more than {MAX_SOURCE_BYTES:,} bytes.")
        if not 0 <= self.shown <= MOST_SHOWN:
            raise InvalidRequest(f"From 0 to {MOST_SHOWN} records can be shown one by one.")

    def since_moment(self, now: datetime) -> datetime | None:
        """Raises InvalidRequest for a text that says no moment before now."""
        if self.since is None:
            return None
        ago = _AGO.fullmatch(self.since.strip())
        try:
            if ago is not None:
                return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
            moment = datetime.fromisoformat(self.since.strip())
        except (ValueError, OverflowError):
            moment = None
        if moment is not None and moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        if moment is None or moment >= now:
            raise InvalidRequest(
                f"{self.since[:40]!r} is no time before now.",
                hint="Such as 90d, 12h, 4w, 2026-01-31 or 2026-01-31T12:00Z.",
            )
        return moment
