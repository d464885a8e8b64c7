"""What somebody asks to be simulated: a draft of rules, over which records."""

from __future__ import annotations

from dataclasses import dataclass

from trellis.errors import InvalidRequest

MAX_SOURCE_BYTES = 1_000_000
MOST_SHOWN = 200
SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`source`: a rule file; `object`: whose records, None where its rules are all about one; `where`: a condition, None for all of
    them; `shown`: how many records are gone through one by one."""

    source: str
    object: str | None = None
    where: str | None = None
    shown: int = SHOWN

    def __post_init__(self) -> None:
        """Raises InvalidRequest."""
        if len(self.source.encode("utf-8", "replace")) > MAX_SOURCE_BYTES:
            raise InvalidRequest(f"The rules have more than {MAX_SOURCE_BYTES:,} bytes.")
        if not 0 <= self.shown <= MOST_SHOWN:
            raise InvalidRequest(f"From 0 to {MOST_SHOWN} records can be shown one by one.")
