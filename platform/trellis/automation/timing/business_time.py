"""When people work by a calendar, and moments in their time. Pure.

Hours are what the clock in the calendar's zone shows: on the day of a change to daylight saving time a day may be longer or shorter.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from metamodel.automation_definitions import Calendar
from rule_engine.rules.checked import Duration
from trellis.automation.timing.wall_clock import BeyondCalendar, Direction, moment_of, shift_moment, shown_at

MOST_DAYS = 40_000
"""How far a calendar is searched for working hours: somewhat more than 100 years."""
DAYS_KEPT = 4_000

Span = tuple[datetime, datetime]


class BusinessTime:
    """A calendar that answers. Keeps the hours of days it was asked about, so one is made for each calendar and model."""

    def __init__(self, calendar: Calendar) -> None:
        self.zone = ZoneInfo(calendar.time_zone)
        self._calendar = calendar
        self._spans: dict[date, tuple[Span, ...]] = {}

    def is_open(self, moment: datetime) -> bool:
        """Whether people work then; not at the moment when they stop."""
        return any(opens <= moment < closes for opens, closes in self._hours(shown_at(moment, self.zone).date()))

    def is_working_day(self, day: date) -> bool:
        return bool(self._hours(day))

    def opening(self, day: date) -> datetime:
        """When work begins on a working day."""
        return self._hours(day)[0][0]

    def add(self, moment: datetime, duration: Duration) -> datetime:
        """The moment that far after `moment`. Business minutes and hours pass only while people work. Business days: as many working
        days later at the same time of day, moved into the hours of that day; a moment outside of the hours counts as the next
        opening. Other durations go by the clock of the calendar. Raises BeyondCalendar."""
        return self.shift(moment, duration, "after")

    def shift(self, moment: datetime, duration: Duration, direction: Direction) -> datetime:
        """As `add`, or that far before it: a moment outside of the hours then counts as the last closing."""
        if not duration.is_business:
            return shift_moment(moment, duration, self.zone, direction)
        if duration.unit == "day":
            start = self._pass(moment, timedelta(), direction)
            if duration.amount == 0:
                return start
            shown = shown_at(start, self.zone)
            return self._fit(self.shift_day(shown.date(), duration.amount, direction), shown.time())
        return self._pass(
            moment, timedelta(minutes=duration.amount * (60 if duration.unit == "hour" else 1)), direction
        )

    def shift_day(self, day: date, amount: int, direction: Direction) -> date:
        """That many working days from `day`, which itself counts as none. With 0 the day itself, or the next one, if it is free.
        Raises BeyondCalendar."""
        left = max(amount, 1)
        for other in _days(day, direction, skip_first=amount > 0):
            left -= self.is_working_day(other)
            if left == 0:
                return other
        raise BeyondCalendar

    def _pass(self, moment: datetime, left: timedelta, direction: Direction) -> datetime:
        """Lets working time pass, forwards or backwards; none of it leads to the nearest moment of the hours."""
        for day in _days(shown_at(moment, self.zone).date(), direction):
            spans = self._hours(day)
            for opens, closes in spans if direction == "after" else reversed(spans):
                begin, end = (max(opens, moment), closes) if direction == "after" else (opens, min(closes, moment))
                if begin > end or (begin == end and (left or direction == "after")):
                    continue
                if left <= end - begin:
                    return begin + left if direction == "after" else end - left
                left -= end - begin
        raise BeyondCalendar

    def _fit(self, day: date, shown: time) -> datetime:
        """The moment of a working day at which its clock shows that, or else the nearest one in its hours that follows; after the last
        of them their end."""
        moment = moment_of(datetime.combine(day, shown), self.zone)
        spans = self._hours(day)
        return next((max(moment, opens) for opens, closes in spans if moment <= closes), spans[-1][1])

    def _hours(self, day: date) -> tuple[Span, ...]:
        found = self._spans.get(day)
        if found is None:
            if len(self._spans) >= DAYS_KEPT:
                self._spans.clear()
            found = self._spans[day] = tuple(self._spans_of(day))
        return found

    def _spans_of(self, day: date) -> Iterator[Span]:
        calendar = self._calendar
        if day in calendar.holidays or (day.month, day.day) in calendar.yearly_holidays:
            return
        midnight = datetime.combine(day, time())
        for hours in calendar.hours[day.weekday()]:
            opens = moment_of(midnight + timedelta(minutes=hours.start), self.zone)
            closes = moment_of(midnight + timedelta(minutes=hours.end), self.zone)
            if opens < closes:  # The clock may have skipped all of it.
                yield opens, closes


def _days(day: date, direction: Direction, *, skip_first: bool = False) -> Iterator[date]:
    """`day` and those after, or before, it. Raises BeyondCalendar at the end of all days."""
    step = timedelta(days=1 if direction == "after" else -1)
    for count in range(MOST_DAYS):
        if count or not skip_first:
            yield day
        try:
            day += step
        except OverflowError as error:
            raise BeyondCalendar from error
