"""Days and times of day on the clock of a zone <-> moments. Pure. Moments are aware and given in UTC; what a clock shows is naive."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Literal

from rule_engine.rules.checked import Duration

Direction = Literal["before", "after"]


class BeyondCalendar(Exception):
    """A moment that no calendar has: after the year 9999, or of a time in which nobody ever works."""


@lru_cache(maxsize=20_000)
def moment_of(shown: datetime, zone: tzinfo) -> datetime:
    """When the clock of `zone` shows that. The first time when it does so twice; when it never does, the moment at which it skips it.
    Raises BeyondCalendar."""
    try:
        earlier = shown - _offset(shown.replace(tzinfo=zone, fold=0))
        later = shown - _offset(shown.replace(tzinfo=zone, fold=1))
    except OverflowError as error:
        raise BeyondCalendar from error
    if later >= earlier:
        return earlier.replace(tzinfo=UTC)
    return _skip_between(later, earlier, zone)


def shown_at(moment: datetime, zone: tzinfo) -> datetime:
    """What the clock of `zone` shows then. Raises BeyondCalendar."""
    try:
        return moment.astimezone(zone).replace(tzinfo=None, fold=0)
    except OverflowError as error:
        raise BeyondCalendar from error


def shift_moment(moment: datetime, duration: Duration, zone: tzinfo, direction: Direction = "after") -> datetime:
    """Minutes and hours pass; days and more keep what the clock of `zone` shows. Not for business time. Raises BeyondCalendar."""
    if duration.unit not in ("minute", "hour"):
        return moment_of(shift_shown(shown_at(moment, zone), duration, direction), zone)
    minutes = duration.amount * (60 if duration.unit == "hour" else 1)
    try:
        passed = timedelta(minutes=minutes)
        return (moment + passed if direction == "after" else moment - passed).astimezone(UTC)
    except OverflowError as error:
        raise BeyondCalendar from error


def shift_shown(shown: datetime, duration: Duration, direction: Direction = "after") -> datetime:
    """By days, weeks, months or years; a month that has no such day gives its last. Raises BeyondCalendar."""
    amount = duration.amount if direction == "after" else -duration.amount
    try:
        match duration.unit:
            case "day":
                return shown + timedelta(days=amount)
            case "week":
                return shown + timedelta(weeks=amount)
            case "month":
                return _by_months(shown, amount)
            case "year":
                return _by_months(shown, 12 * amount)
    except (OverflowError, ValueError) as error:
        raise BeyondCalendar from error
    raise AssertionError(duration)


def last_day_of_month(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def day_in_year(day: date, year: int) -> date:
    """Its anniversary; 29 February is 28 February in years that have none. Raises BeyondCalendar."""
    try:
        return day.replace(year=year, day=min(day.day, last_day_of_month(year, day.month)))
    except ValueError as error:
        raise BeyondCalendar from error


def _by_months(shown: datetime, amount: int) -> datetime:
    years, month = divmod(shown.month - 1 + amount, 12)
    year, month = shown.year + years, month + 1
    return shown.replace(year=year, month=month, day=min(shown.day, last_day_of_month(year, month)))


def _offset(moment: datetime) -> timedelta:
    return moment.utcoffset() or timedelta()


def _skip_between(low: datetime, high: datetime, zone: tzinfo) -> datetime:
    """The first second of the offset that holds at `high`; naive UTC in, aware out."""
    after = _offset(high.replace(tzinfo=UTC).astimezone(zone))
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        if _offset(middle.replace(tzinfo=UTC).astimezone(zone)) == after:
            high = middle
        else:
            low = middle
    return high.replace(microsecond=0, tzinfo=UTC)
