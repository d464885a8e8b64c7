"""When a rule with a date trigger is due for a record: `3 days before close_date`, `on the anniversary of birthdate`. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from rule_engine.rules.checked import Anniversary, Relative
from trellis.automation.timing.calendars import Calendars
from trellis.automation.timing.wall_clock import (
    BeyondCalendar,
    day_in_year,
    moment_of,
    shift_moment,
    shift_shown,
    shown_at,
)

DateTrigger = Relative | Anniversary
MIDNIGHT = time()
_MARGIN = timedelta(days=2)
"""How far a day may be from the day on which UTC is at the same moment, and what a change of the clock may add to that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySpan:
    """Values from `first` to `last` may be due, no others; None: there is no such end."""

    first: date | None
    last: date | None


def dues_of(
    trigger: DateTrigger, value: date | datetime, calendars: Calendars, after: datetime, until: datetime
) -> list[datetime]:
    """The moments later than `after`, up to `until`, at which it is due for a record whose field has that value. At most one for each
    time of day and year."""
    try:
        if isinstance(trigger, Anniversary):
            found = list(_anniversaries(trigger, value, calendars, after, until))
        else:
            found = _relative(trigger, value, calendars)
    except BeyondCalendar:
        return []
    return sorted({moment for moment in found if after < moment <= until})


def span_of(trigger: Relative, calendars: Calendars, after: datetime, until: datetime) -> DaySpan:
    """Where to look for values that are due between those moments; a day or two too wide for moments."""

    def is_late(day: date) -> bool:
        return _compare(trigger, day, calendars, after) > 0

    def is_too_late(day: date) -> bool:
        return _compare(trigger, day, calendars, until) > 0

    first, behind = _first_day(is_late), _first_day(is_too_late)
    return DaySpan(
        first=_moved(first, -_MARGIN),
        last=_moved(behind, _MARGIN),
    )


def month_days(after: datetime, until: datetime, zone: tzinfo) -> tuple[str, ...]:
    """MM-DD of values whose anniversary may be due between those moments; some days too many, all of them for a long time."""
    first, last = shown_at(after, zone).date() - _MARGIN, shown_at(until, zone).date() + _MARGIN
    count = min((last - first).days, 366)
    days = {f"{first + timedelta(days=number):%m-%d}" for number in range(count + 1)}
    return tuple(sorted(days | {"02-29"} if "02-28" in days else days))


def _relative(trigger: Relative, value: date | datetime, calendars: Calendars) -> list[datetime]:
    zone = calendars.zone(trigger.calendar or trigger.duration.calendar)
    if isinstance(value, datetime):
        moment = _shift(trigger, value, calendars, zone)
        if not trigger.times:
            return [moment]
        return _at_times(shown_at(moment, zone).date(), trigger.times, zone)
    duration, direction = trigger.duration, trigger.direction
    if duration.unit in ("minute", "hour"):
        return [_shift(trigger, moment_of(datetime.combine(value, MIDNIGHT), zone), calendars, zone)]
    if not duration.is_business:
        day = shift_shown(datetime.combine(value, MIDNIGHT), duration, direction).date()
        return _at_times(day, trigger.times or (MIDNIGHT,), zone)
    business = calendars.business_time(duration.calendar or trigger.calendar)
    day = business.shift_day(value, duration.amount, direction)
    return _at_times(day, trigger.times, zone) if trigger.times else [business.opening(day)]


def _shift(trigger: Relative, moment: datetime, calendars: Calendars, zone: tzinfo) -> datetime:
    duration = trigger.duration
    if duration.is_business:
        business = calendars.business_time(duration.calendar or trigger.calendar)
        return business.shift(moment, duration, trigger.direction)
    return shift_moment(moment, duration, zone, trigger.direction)


def _at_times(day: date, times: tuple[time, ...], zone: tzinfo) -> list[datetime]:
    return [moment_of(datetime.combine(day, at), zone) for at in times]


def _anniversaries(
    trigger: Anniversary, value: date | datetime, calendars: Calendars, after: datetime, until: datetime
) -> Iterator[datetime]:
    """Not on the day itself: the first comes a year later. A moment without times of day keeps its own."""
    zone = calendars.zone(trigger.calendar)
    shown = shown_at(value, zone) if isinstance(value, datetime) else datetime.combine(value, MIDNIGHT)
    first = max(shown.year + 1, shown_at(after, zone).year - 1)
    for year in range(first, shown_at(until, zone).year + 2):
        yield from _at_times(day_in_year(shown.date(), year), trigger.times or (shown.time(),), zone)


def _compare(trigger: Relative, day: date, calendars: Calendars, moment: datetime) -> int:
    """Whether it is due for that day later than `moment` (1) or not (-1); a day whose time no calendar has lies beyond its own end."""
    try:
        return 1 if max(_relative(trigger, day, calendars)) > moment else -1
    except BeyondCalendar:
        return 1 if day > moment.date() else -1


def _first_day(holds: Callable[[date], bool]) -> date | None:
    """The first of all days for which it holds, which it does for all that follow; None: for no day."""
    low, high = date.min.toordinal(), date.max.toordinal() + 1
    while low < high:
        middle = (low + high) // 2
        if holds(date.fromordinal(middle)):
            high = middle
        else:
            low = middle + 1
    return date.fromordinal(low) if low <= date.max.toordinal() else None


def _moved(day: date | None, by: timedelta) -> date | None:
    try:
        return None if day is None else day + by
    except OverflowError:
        return None
