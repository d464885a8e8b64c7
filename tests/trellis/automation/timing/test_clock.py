"""A year of a tenant, in three time zones, looked at every noon, against a calendar that is leafed through day by day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from metamodel.columns import ColumnKind
from tests.trellis.automation.timing.clockwork import Clockwork, with_clock
from trellis.automation.payload import load_payload
from trellis.storage.codecs import decoder

FIRST, LAST = date(2028, 1, 10), date(2029, 1, 12)
HOLIDAYS = {date(2028, 4, 14), date(2028, 10, 30), date(2028, 12, 25), date(2029, 1, 1)}
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)

RULES = """
rule "Birthday" on person
when on the anniversary of birthdate at 07:30
then notify user "anna" via in_app "birthday " & name
end

rule "Dates" on person
when 5 days before due_on or 2 business days after due_on at 10:00 in calendar office
then notify user "anna" via in_app "date " & name
end

rule "Month" on person
when every month on day 31 at 02:30
if name = "P0"
then notify user "anna" via in_app "month " & name
end

rule "Fortnight" on person
when every 2 sunday at 01:30
if name = "P0"
then notify user "anna" via in_app "fortnight " & name
end

rule "Called back" on person
when created
then stop
after 30 business hours in calendar office then
    notify user "anna" via in_app "call " & name
end
"""
CALENDARS = """
office:
  label: Office
  time_zone: {zone}
  hours:
    monday: ["09:00-12:30", "13:00-17:00"]
    tuesday: ["09:00-12:30", "13:00-17:00"]
    thursday: ["09:00-17:00"]
    sunday: ["00:00-06:00"]
  holidays: {{2028-04-14: A, 2028-10-30: B, 12-25: C, 01-01: D}}
"""
PERSON = """
label: Person
plural_label: People
name_field: name
fields:
  name: {type: text, label: Name, required: true}
  birthdate: {type: date, label: Birthdate}
  due_on: {type: date, label: Due}
"""
PEOPLE = [
    (date(2028, 1, 10), date(2000, 2, 29), date(2028, 3, 26)),
    (date(2028, 2, 28), date(1999, 12, 31), date(2028, 3, 3)),
    (date(2028, 3, 9), date(1970, 3, 12), date(2028, 4, 13)),
    (date(2028, 3, 25), date(1985, 10, 29), date(2028, 10, 28)),
    (date(2028, 10, 28), date(2004, 2, 28), date(2028, 12, 24)),
    (date(2028, 11, 2), date(1960, 1, 1), date(2028, 12, 31)),
    (date(2028, 12, 23), date(1991, 11, 5), date(2029, 1, 6)),
]
"""(created at noon of, birthdate, due on)"""


@pytest.mark.parametrize(
    ("zone", "dialect", "last"),
    [
        ("Europe/Berlin", "sqlite", LAST),
        ("America/New_York", "sqlite", LAST),
        ("Asia/Shanghai", "sqlite", LAST),
        ("Europe/Berlin", "postgresql", date(2028, 4, 5)),
    ],
)
def test_a_year_day_by_day(zone: str, database_url: str, last: date) -> None:

    async def work(days: Clockwork) -> set[tuple[date, str]]:
        for day in every_day(last):
            await days.come_to(noon(day, zone))
            for number, (created_on, birthdate, due_on) in enumerate(PEOPLE):
                if created_on == day:
                    values = {"birthdate": birthdate.isoformat(), "due_on": due_on.isoformat()}
                    await days.create("person", {"name": f"P{number}", **values})
        outbox = days.tenant.tables.outbox
        rows = await days.fetch(sa.select(outbox.c.created_at, outbox.c.payload))
        moment = decoder(ColumnKind.DATETIME, days.tenant.database.dialect)
        found = [
            (moment(written_at).astimezone(ZoneInfo(zone)).date(), load_payload(payload)["text"])
            for written_at, payload in rows
        ]
        assert len(found) == len(set(found))
        return set(found)

    more = {
        "organization.yaml": f"name: Test\ntime_zone: {zone}\n",
        "calendars.yaml": CALENDARS.format(zone=zone),
        "objects/person.yaml": PERSON,
    }
    told = with_clock(database_url, RULES, work, more, now=noon(FIRST, zone))
    expected = set(leafed_through(zone, last))
    assert sorted(told - expected) == []
    assert sorted(expected - told) == []


def every_day(last: date) -> Iterator[date]:
    day = FIRST
    while day <= last:
        yield day
        day += DAY


def noon(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(12), ZoneInfo(zone)).astimezone(UTC)


def leafed_through(zone: str, last: date) -> Iterator[tuple[date, str]]:
    """What is told at the noon of each day. What comes at night or in the morning is told at the noon of the same day."""
    for day in every_day(last):
        tomorrow = day + DAY
        for number, (created_on, birthdate, due_on) in enumerate(PEOPLE):
            if day <= created_on:
                continue
            is_leap_year = date(day.year, 2, 28) + DAY != date(day.year, 3, 1)
            birthday = (2, 28) if birthdate.month == 2 and birthdate.day == 29 and not is_leap_year else None
            if (day.month, day.day) == (birthday or (birthdate.month, birthdate.day)):
                yield day, f"birthday P{number}"
            if day + 5 * DAY == due_on or day == second_working_day_after(due_on):
                yield day, f"date P{number}"
            if number == 0 and (day.day == 31 or (tomorrow.month != day.month and day.day < 31)):
                yield day, "month P0"
            if number == 0 and day.weekday() == 6 and (day - date(2001, 1, 7)).days % 14 == 0:
                yield day, "fortnight P0"
    for number, (created_on, _, _) in enumerate(PEOPLE):
        told_on = noon_after_business_hours(created_on, zone, 30)
        if created_on <= last and told_on <= last:
            yield told_on, f"call P{number}"


def is_open(shown: datetime) -> bool:
    minute = shown.hour * 60 + shown.minute
    if shown.date() in HOLIDAYS:
        return False
    match shown.weekday():
        case 0 | 1:
            return 540 <= minute < 750 or 780 <= minute < 1_020
        case 3:
            return 540 <= minute < 1_020
        case day:
            return day == 6 and minute < 360


def second_working_day_after(day: date) -> date:
    left = 2
    while left:
        day += DAY
        left -= day not in HOLIDAYS and day.weekday() in (0, 1, 3, 6)
    return day


def noon_after_business_hours(created_on: date, zone: str, hours: int) -> date:
    """The first noon when so many hours of work have passed, minute by minute."""
    minute, left = noon(created_on, zone), hours * 60
    while left:
        left -= is_open(minute.astimezone(ZoneInfo(zone)))
        minute += MINUTE
    shown = minute.astimezone(ZoneInfo(zone))
    return shown.date() if shown <= noon(shown.date(), zone) else shown.date() + DAY
