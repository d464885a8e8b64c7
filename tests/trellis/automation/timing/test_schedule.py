"""A year of schedules in three time zones, against a naive look at the clock on the wall at every quarter of an hour."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from rule_engine.rules.checked import Cron, Every
from trellis.automation.timing.schedule import next_after

ZONES = ["Europe/Berlin", "America/New_York", "Asia/Shanghai"]
BEGIN = datetime(2027, 12, 31, 12, tzinfo=UTC)
END = datetime(2029, 1, 1, 12, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
MONDAY = date(2001, 1, 1)


def comes(schedule: Every | Cron, zone: str, begin: datetime = BEGIN, end: datetime = END) -> Iterator[datetime]:
    moment = begin
    while (found := next_after(schedule, moment, ZoneInfo(zone))) is not None and found <= end:
        assert found > moment
        yield found
        moment = found


@cache
def quarters(zone: str) -> list[tuple[datetime, datetime]]:
    """(moment, what the clock shows) over the year, one by one."""
    moments = [BEGIN + QUARTER * number for number in range(1, (END - BEGIN) // QUARTER + 1)]
    return [(moment, moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)) for moment in moments]


def at_times(zone: str, is_day: Callable[[date], bool], *times: time) -> list[datetime]:
    """Each time of each such day once: when the clock first shows it, or else a later time of that day."""
    found, seen = [], set()
    for moment, shown in quarters(zone):
        for at in times:
            key = (shown.date(), at)
            if key not in seen and is_day(shown.date()) and shown.time() >= at:
                seen.add(key)
                if moment - BEGIN > timedelta(hours=24) or moment.astimezone(ZoneInfo(zone)).time() == at:
                    found.append(moment)
    return sorted(set(found))


def is_last_or(day: date, number: int) -> bool:
    tomorrow = day + timedelta(days=1)
    return day.day == number or (tomorrow.month != day.month and day.day < number)


CASES: dict[str, tuple[Every | Cron, Callable[[date], bool], tuple[time, ...]]] = {
    "every day": (Every(units=("day",)), lambda day: True, (time(),)),
    "every day at half past two": (Every(units=("day",), times=(time(2, 30),)), lambda day: True, (time(2, 30),)),
    "twice a day": (
        Every(units=("day",), times=(time(17), time(2, 15))),
        lambda day: True,
        (time(2, 15), time(17)),
    ),
    "every third day": (
        Every(units=("day",), interval=3, times=(time(9),)),
        lambda day: (day - MONDAY).days % 3 == 0,
        (time(9),),
    ),
    "weekdays": (
        Every(units=("monday", "tuesday", "wednesday", "thursday", "friday"), times=(time(8, 30),)),
        lambda day: day.weekday() < 5,
        (time(8, 30),),
    ),
    "every second Sunday in the night": (
        Every(units=("sunday",), interval=2, times=(time(1, 45),)),
        lambda day: day.weekday() == 6 and (day - MONDAY).days // 7 % 2 == 0,
        (time(1, 45),),
    ),
    "every week": (Every(units=("week",)), lambda day: day.weekday() == 0, (time(),)),
    "every month on the 31st": (
        Every(units=("month",), day=31, times=(time(23, 45),)),
        lambda day: is_last_or(day, 31),
        (time(23, 45),),
    ),
    "every quarter": (
        Every(units=("month",), interval=3, times=(time(6),)),
        lambda day: day.day == 1 and day.month % 3 == 1,
        (time(6),),
    ),
    "every year": (Every(units=("year",), day=5), lambda day: (day.month, day.day) == (1, 5), (time(),)),
    "every six hours": (
        Every(units=("hour",), interval=6),
        lambda day: True,
        (time(), time(6), time(12), time(18)),
    ),
    "cron at night": (Cron(expression="30 2 * * *"), lambda day: True, (time(2, 30),)),
    "cron of days or weekdays": (
        Cron(expression="15,45 1-5/2 13 * fri"),
        lambda day: day.day == 13 or day.weekday() == 4,
        tuple(time(hour, minute) for hour in (1, 3, 5) for minute in (15, 45)),
    ),
    "cron of days on weekdays": (
        Cron(expression="0 12 */2 * 1-5"),
        lambda day: day.day % 2 == 1 and day.weekday() < 5,
        (time(12),),
    ),
    "cron by names": (
        Cron(expression="0 0 29 feb,mar sun"),
        lambda day: day.month in (2, 3) and (day.day == 29 or day.weekday() == 6),
        (time(),),
    ),
}


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("name", CASES)
def test_a_year_of_times_of_day(name: str, zone: str) -> None:
    schedule, is_day, times = CASES[name]
    assert list(comes(schedule, zone)) == at_times(zone, is_day, *times)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("schedule", "is_time"),
    [
        (Every(units=("minute",), interval=30), lambda at: at.minute in (0, 30)),
        (Every(units=("hour",)), lambda at: at.minute == 0),
        (Cron(expression="*/45 * * * *"), lambda at: at.minute in (0, 45)),
        (
            Cron(expression="0 * * 3,10-11 sun"),
            lambda at: at.minute == 0 and at.month in (3, 10, 11) and at.weekday() == 6,
        ),
    ],
)
def test_every_moment_that_the_clock_shows_around_its_changes(
    schedule: Every | Cron, is_time: Callable[[datetime], bool], zone: str
) -> None:
    for begin in (datetime(2028, 3, 8, tzinfo=UTC), datetime(2028, 10, 25, tzinfo=UTC)):
        end = begin + timedelta(days=20)
        expected = [moment for moment, shown in quarters(zone) if begin < moment <= end and is_time(shown)]
        assert list(comes(schedule, zone, begin, end)) == expected


@pytest.mark.parametrize("zone", ZONES)
def test_distances_that_no_day_has_pass_without_regard_to_days(zone: str) -> None:
    found = list(comes(Every(units=("hour",), interval=36), zone))
    assert {after - before for before, after in pairwise(found)} == {timedelta(hours=36)}
    midnight = datetime(2001, 1, 1, tzinfo=ZoneInfo(zone))
    assert all((moment - midnight) % timedelta(hours=36) == timedelta() for moment in found)


def test_what_never_comes_never_comes() -> None:
    assert next_after(Cron(expression="0 0 30 2 *"), BEGIN, UTC) is None
    last = datetime(9999, 12, 31, 12, tzinfo=UTC)
    assert next_after(Every(units=("year",)), last, UTC) is None
    assert next_after(Every(units=("year",), interval=900), BEGIN, UTC) == datetime(2901, 1, 1, tzinfo=UTC)
