"""When schedules come round: `every …` and cron text on the clock of a zone. Pure.

Most schedules name times of day: each comes once on its day, at its first moment when the clock shows it twice, and at the moment of the
skip when the clock skips it. Schedules of every hour or less, and cron texts with * for the hour, go by every moment that the clock
shows such a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import product

from rule_engine.rules.checked import Cron, Every
from trellis.automation.timing.cron import read_cron
from trellis.automation.timing.wall_clock import BeyondCalendar, last_day_of_month, moment_of, shown_at

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ANCHOR = date(2001, 1, 1)
"""From where every second day, third week or fifth month is counted: a Monday."""
DAY = 24 * 60
MOST_DAYS = 400_000
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rhythm:
    """`times`: of day, in order; `minutes`: instead of them, which minutes of the day count whenever the clock shows them."""

    is_day: Callable[[date], bool]
    times: tuple[time, ...] = ()
    minutes: frozenset[int] = frozenset()


def next_after(schedule: Every | Cron, moment: datetime, zone: tzinfo) -> datetime | None:
    """The first time that it comes round after `moment`; None when it never does."""
    steady = _steady_minutes(schedule)
    if steady is not None:
        return _next_step(moment, timedelta(minutes=steady), zone)
    rhythm = _rhythm_of_cron(schedule) if isinstance(schedule, Cron) else _rhythm_of_every(schedule)
    try:
        return next((found for found in _moments(rhythm, moment, zone) if found > moment), None)
    except BeyondCalendar:
        return None


def _steady_minutes(schedule: Every | Cron) -> int | None:
    """The distance of a schedule that takes no notice of days."""
    if isinstance(schedule, Cron) or schedule.units not in (("minute",), ("hour",)):
        return None
    minutes = schedule.interval * (60 if schedule.units == ("hour",) else 1)
    return None if DAY % minutes == 0 else minutes


def _next_step(moment: datetime, step: timedelta, zone: tzinfo) -> datetime:
    anchor = moment_of(datetime.combine(ANCHOR, time()), zone)
    return anchor + ((moment - anchor) // step + 1) * step


def _moments(rhythm: _Rhythm, after: datetime, zone: tzinfo) -> Iterator[datetime]:
    """In order, from some time before `after`. Raises BeyondCalendar."""
    for day in _days_from(shown_at(after, zone).date() - timedelta(days=1)):
        if not rhythm.is_day(day):
            continue
        if not rhythm.minutes:
            yield from (moment_of(datetime.combine(day, at), zone) for at in rhythm.times)
            continue
        begin = moment_of(datetime.combine(day, time()), zone)
        minute = max(begin, after.astimezone(UTC).replace(second=0, microsecond=0))
        while (shown := shown_at(minute, zone)).date() == day:
            if shown.hour * 60 + shown.minute in rhythm.minutes:
                yield minute
            minute += _MINUTE


def _days_from(day: date) -> Iterator[date]:
    for _ in range(MOST_DAYS):
        yield day
        if day == date.max:
            raise BeyondCalendar
        day += timedelta(days=1)


def _rhythm_of_every(every: Every) -> _Rhythm:
    if every.units in (("minute",), ("hour",)):
        step = every.interval * (60 if every.units == ("hour",) else 1)
        minutes = range(0, DAY, step)
        if step <= 60:
            return _Rhythm(is_day=_always, minutes=frozenset(minutes))
        return _Rhythm(is_day=_always, times=tuple(time(*divmod(minute, 60)) for minute in minutes))
    return _Rhythm(is_day=_is_day_of(every), times=tuple(sorted(every.times)) or (time(),))


def _always(_: date) -> bool:
    return True


def _is_day_of(every: Every) -> Callable[[date], bool]:
    interval = every.interval
    match every.units:
        case ("day",):
            return lambda day: (day - ANCHOR).days % interval == 0
        case ("week",):
            return lambda day: day.weekday() == 0 and _weeks(day) % interval == 0
        case ("month",):
            return lambda day: _months(day) % interval == 0 and day.day == _day_of_month(every, day)
        case ("year",):
            return lambda day: (
                day.month == 1 and (day.year - ANCHOR.year) % interval == 0 and day.day == _day_of_month(every, day)
            )
    weekdays = frozenset(WEEKDAYS.index(name) for name in every.units)
    return lambda day: day.weekday() in weekdays and _weeks(day) % interval == 0


def _weeks(day: date) -> int:
    return (day - ANCHOR).days // 7


def _months(day: date) -> int:
    return (day.year - ANCHOR.year) * 12 + day.month - 1


def _day_of_month(every: Every, day: date) -> int:
    """The last one in a month that has no such day."""
    return min(every.day or 1, last_day_of_month(day.year, day.month))


def _rhythm_of_cron(schedule: Cron) -> _Rhythm:
    cron = read_cron(schedule.expression)
    if cron.is_any_hour:
        minutes = frozenset(hour * 60 + minute for hour, minute in product(cron.hours, cron.minutes))
        return _Rhythm(is_day=cron.has_day, minutes=minutes)
    times = tuple(time(hour, minute) for hour, minute in product(sorted(cron.hours), sorted(cron.minutes)))
    return _Rhythm(is_day=cron.has_day, times=times)
