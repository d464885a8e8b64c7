"""Business time against counting minutes and days one by one, over a year with both changes of the clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rule_engine.rules.checked import Duration
from tests.trellis.automation.timing.calendars import calendar, office
from trellis.automation.timing.business_time import BusinessTime
from trellis.automation.timing.wall_clock import BeyondCalendar, moment_of, shift_moment

ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
HOLIDAYS = (date(2026, 4, 3), date(2026, 4, 6), date(2026, 11, 3))
MINUTE = timedelta(minutes=1)
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


@cache
def business_time(zone: str) -> BusinessTime:
    return BusinessTime(office(zone, *HOLIDAYS))


def is_open_by_the_clock(moment: datetime, zone: str) -> bool:
    """Naively: what the clock on the wall shows, and whether that is in the hours of the day."""
    shown = moment.astimezone(ZoneInfo(zone))
    if shown.date() in HOLIDAYS or (shown.month, shown.day) == (12, 25):
        return False
    minute = shown.hour * 60 + shown.minute
    match shown.weekday():
        case 0 | 1 | 2 | 3:
            return 540 <= minute < 720 or 780 <= minute < 1_020
        case 4:
            return 540 <= minute < 840
        case day:
            return day == 6


def minutes_from(moment: datetime, step: timedelta) -> Iterator[datetime]:
    while True:
        yield moment
        moment += step


moments = st.integers(0, 364 * 1_440).map(lambda minutes: BEGIN + minutes * MINUTE)
around_changes = st.builds(
    lambda change, minutes: change + minutes * MINUTE,
    st.sampled_from(
        [
            *(datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)),
            *(datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC)),
            *(datetime(2026, 4, 4, 15, tzinfo=UTC), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
        ]
    ),
    st.integers(-1_500, 1_500),
)


@given(st.sampled_from(ZONES), moments | around_changes)
@settings(max_examples=200)
def test_is_open_when_the_clock_on_the_wall_says_so(zone: str, moment: datetime) -> None:
    assert business_time(zone).is_open(moment) is is_open_by_the_clock(moment, zone)


@given(st.sampled_from(ZONES), moments | around_changes, st.integers(1, 900), st.booleans())
@settings(max_examples=60)
def test_business_minutes_pass_as_counted_one_by_one(
    zone: str, moment: datetime, amount: int, is_backwards: bool
) -> None:
    left = amount
    step = -MINUTE if is_backwards else MINUTE
    for minute in minutes_from(moment, step):
        left -= is_open_by_the_clock(minute - MINUTE if is_backwards else minute, zone)
        if left == 0:
            break
    duration = Duration(amount=amount, unit="minute", is_business=True)
    found = business_time(zone).shift(moment, duration, "before" if is_backwards else "after")
    assert found == minute + step


@given(st.sampled_from(ZONES), st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(1, 40), st.booleans())
@settings(max_examples=100)
def test_working_days_pass_as_counted_one_by_one(zone: str, day: date, amount: int, is_backwards: bool) -> None:
    left, counted = amount, day
    while left:
        counted += timedelta(days=-1 if is_backwards else 1)
        is_free = counted in HOLIDAYS or (counted.month, counted.day) == (12, 25) or counted.weekday() == 5
        left -= not is_free
    assert business_time(zone).shift_day(day, amount, "before" if is_backwards else "after") == counted


def berlin(text: str) -> datetime:
    return moment_of(datetime.fromisoformat(text), ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        ("2026-03-30T10:00", 2, "day", "2026-04-01T10:00"),
        ("2026-04-02T10:00", 1, "day", "2026-04-05T10:00"),  # Good Friday and Saturday are free, Sunday is not
        ("2026-04-02T16:00", 7, "day", "2026-04-13T16:00"),
        ("2026-03-31T16:00", 4, "day", "2026-04-07T16:00"),
        ("2026-03-26T16:30", 1, "day", "2026-03-27T14:00"),  # no longer than people work on a Friday
        ("2026-03-30T12:30", 1, "day", "2026-03-31T13:00"),  # in a break: the next opening
        ("2026-03-28T12:00", 1, "day", "2026-03-30T09:00"),  # a Saturday begins when Sunday does
        ("2026-03-30T16:00", 2, "hour", "2026-03-31T10:00"),
        ("2026-03-30T16:00", 1, "hour", "2026-03-30T17:00"),  # at the end of the day, not at the next beginning
        ("2026-03-29T00:00", 4, "hour", "2026-03-29T05:00"),  # an hour of that night is missing
        ("2026-10-25T00:00", 4, "hour", "2026-10-25T03:00"),  # and of that one there are two
    ],
)
def test_due_in_business_time(start: str, amount: int, unit: str, due: str) -> None:
    duration = Duration(amount=amount, unit=unit, is_business=True)  # type: ignore[arg-type]
    assert business_time("Europe/Berlin").add(berlin(start), duration) == berlin(due)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        ("2026-03-28T12:00", 1, "day", "2026-03-29T12:00"),  # 23 hours
        ("2026-03-28T12:00", 24, "hour", "2026-03-29T13:00"),
        ("2026-01-31T12:00", 1, "month", "2026-02-28T12:00"),
        ("2028-02-29T12:00", 1, "year", "2029-02-28T12:00"),
        ("2026-03-22T02:30", 1, "week", "2026-03-29T03:00"),  # half past two is skipped
        ("2026-10-18T02:30", 1, "week", "2026-10-25T02:30"),
    ],
)
def test_due_by_the_clock(start: str, amount: int, unit: str, due: str) -> None:
    duration = Duration(amount=amount, unit=unit)  # type: ignore[arg-type]
    assert shift_moment(berlin(start), duration, ZoneInfo("Europe/Berlin")) == berlin(due)


def test_of_two_half_past_twos_the_first_is_meant() -> None:
    assert berlin("2026-10-25T02:30") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert berlin("2026-03-29T02:30") == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_time_that_nobody_works_never_comes() -> None:
    every_day = [(month, day) for month in range(1, 13) for day in range(1, 32)]
    never = BusinessTime(calendar("Europe/Berlin", {"monday": ["09:00-10:00"]}, yearly=every_day))
    with pytest.raises(BeyondCalendar):
        never.add(BEGIN, Duration(amount=1, unit="minute", is_business=True))
    with pytest.raises(BeyondCalendar):
        shift_moment(datetime(9999, 12, 1, tzinfo=UTC), Duration(amount=100, unit="day"), UTC)
