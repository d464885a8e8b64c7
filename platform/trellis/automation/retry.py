"""When a failed delivery is tried again: exponential backoff with jitter, and an end."""

from __future__ import annotations

from datetime import datetime, timedelta

MAX_ATTEMPTS = 8
FIRST_DELAY_S = 2.0
GROWTH = 4
LONGEST_DELAY_S = 3_600.0


def next_attempt_at(now: datetime, attempts: int, spread: float) -> datetime:
    """After the `attempts`-th failure (from 1). `spread` is a random number in [0, 1): the delay lies between half and the whole of
    2 s, 8 s, 32 s … one hour, so that the tries span an hour or two, as long as a mail server may be down ("equal jitter": https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/)."""
    whole_s = min(LONGEST_DELAY_S, FIRST_DELAY_S * GROWTH ** (attempts - 1))
    return now + timedelta(seconds=whole_s * (0.5 + spread / 2))
