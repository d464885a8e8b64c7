"""How long one waits after so many failures. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """After `free` failures one waits `first_wait`, then twice as long each time, at most `longest_wait`. Failures are forgotten when
    there was none for `forgotten_after`."""

    free: int
    longest_wait: timedelta
    forgotten_after: timedelta
    first_wait: timedelta = timedelta(seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """`blocked_until` None: there is no need to wait."""

    count: int
    last_at: datetime
    blocked_until: datetime | None


def wait_left(failures: Failures | None, now: datetime) -> timedelta | None:
    if failures is None or failures.blocked_until is None or failures.blocked_until <= now:
        return None
    return failures.blocked_until - now


def one_more(limit: Limit, before: Failures | None, now: datetime) -> Failures:
    is_known = before is not None and now - before.last_at <= limit.forgotten_after
    return _after(limit, (before.count if before and is_known else 0) + 1, now)


def one_less(limit: Limit, before: Failures) -> Failures:
    """As if the last one had not been."""
    return Failures(
        count=max(0, before.count - 1),
        last_at=before.last_at,
        blocked_until=_after(limit, before.count - 1, before.last_at).blocked_until,
    )


def _after(limit: Limit, count: int, last_at: datetime) -> Failures:
    beyond = count - limit.free
    if beyond < 0:
        return Failures(count=count, last_at=last_at, blocked_until=None)
    wait = min(limit.longest_wait, limit.first_wait * 2 ** min(beyond, 20))
    return Failures(count=count, last_at=last_at, blocked_until=last_at + wait)
