"""Rules that a time sets off: schedules, days before and after a date, anniversaries."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.trellis.automation.test_assignment import counted_statements
from tests.trellis.automation.timing.clockwork import Clockwork, with_clock
from trellis.schema.deploy import SourceChange, deploy

BERLIN = ZoneInfo("Europe/Berlin")
MORE = {
    "organization.yaml": "name: Test\ntime_zone: Europe/Berlin\n",
    "objects/person.yaml": """
label: Person
plural_label: People
name_field: name
fields:
  name: {type: text, label: Name, required: true}
  birthdate: {type: date, label: Birthdate}
  meeting_at: {type: datetime, label: Meeting}
  active: {type: checkbox, label: Active, default: true}
  count: {type: number, label: Count, default: 0}
""",
}

ON_SQLITE = pytest.mark.parametrize("dialect", ["sqlite"])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


def test_a_schedule_is_for_every_record_that_meets_the_condition(database_url: str) -> None:
    rules = """
    rule "Digest" on person
    when every monday at 08:30
    if active && count < 2
    then set count = count + 1
    end

    rule "Asked anew" on person
    when cron "0 12 * * *"
    if ISCHANGED(name) || name = "Zoe"
    then notify user "anna" via in_app name & " " & TEXT(TODAY())
    end
    """

    async def work(days: Clockwork) -> None:
        await days.create(
            "person", {"name": "Ann"}, {"name": "Bob", "active": False}, {"name": "Zoe"}, {"name": "Gone"}
        )
        people = {row["name"]: row["id"] for row in await days.rows("person", "id", "name")}
        await days.records.delete(days.actor, "person", [people["Gone"]])
        await days.come_to(at("2026-01-03T11:59"))
        assert await days.posted() == []
        await days.come_to(at("2026-01-03T12:00"))
        assert [notice["text"] for notice in await days.posted()] == ["Zoe 2026-01-03"]
        await days.come_to(at("2026-01-05T08:29"))
        await days.come_to(at("2026-01-05T08:30"))
        await days.come_to(at("2026-01-05T08:31"))
        counts = {row["name"]: row["count"] for row in await days.rows("person", "name", "count")}
        assert counts == {"Ann": 1, "Bob": 0, "Zoe": 1}
        # a month of standstill: once for all that was missed
        await days.come_to(at("2026-02-08T10:00"))
        await days.come_to(at("2026-02-16T10:00"))
        await days.come_to(at("2026-02-23T10:00"))
        counts = {row["name"]: row["count"] for row in await days.rows("person", "name", "count")}
        assert counts == {"Ann": 2, "Bob": 0, "Zoe": 2}
        assert len(await days.posted()) == 5

    with_clock(database_url, rules, work, MORE)


RELATIVE = """
rule "Soon" on person
when 3 days before birthdate at 09:00 or 2 hours before meeting_at
if active
then notify user "anna" via in_app "Soon: " & name
end
"""


def test_days_before_a_date_follow_the_record(database_url: str) -> None:
    async def work(days: Clockwork) -> None:
        await days.come_to(at("2026-01-05T00:00"))
        moved, gone, _, near = await days.create(
            "person",
            {"name": "Moved", "birthdate": "2026-01-20"},
            {"name": "Gone", "birthdate": "2026-01-20"},
            {"name": "Passive", "birthdate": "2026-01-20", "active": False},
            {"name": "Near", "birthdate": "2026-01-09"},
        )
        assert await days.come_to(at("2026-01-06T08:59")) == 0
        assert await days.come_to(at("2026-01-06T09:00")) == 1
        await days.come_to(at("2026-01-16T12:00"))
        await days.update("person", moved, birthdate="2026-01-21")
        await days.update("person", near, birthdate="2026-01-20")
        await days.records.delete(days.actor, "person", [gone])
        assert await days.come_to(at("2026-01-17T09:00")) == 1
        assert [notice["text"] for notice in await days.posted()] == ["Soon: Near", "Soon: Near"]
        assert await days.come_to(at("2026-01-18T09:00")) == 1
        assert (await days.posted())[-1]["record"] == moved
        # what is late already when the date is set is not made up for
        await days.update("person", moved, birthdate="2026-01-20")
        assert await days.come_to(at("2026-01-30T09:00")) == 0

    with_clock(database_url, RELATIVE, work, MORE)


@ON_SQLITE
def test_hours_before_a_moment_are_not_missed_however_late_it_is_set(database_url: str) -> None:
    async def work(days: Clockwork) -> None:
        await days.come_to(at("2026-01-05T10:00"))
        [one] = await days.create("person", {"name": "Ann", "meeting_at": "2026-01-05T14:00:00+01:00"})
        assert await days.come_to(at("2026-01-05T11:59")) == 0
        await days.update("person", one, meeting_at="2026-01-05T15:00:00+01:00")
        assert await days.come_to(at("2026-01-05T12:59")) == 0
        assert await days.come_to(at("2026-01-05T13:00")) == 1
        assert await days.come_to(at("2026-01-06T13:00")) == 0

    with_clock(database_url, RELATIVE, work, MORE)


@ON_SQLITE
def test_after_a_standstill_a_date_that_was_missed_is_made_up_for_once(database_url: str) -> None:
    async def work(days: Clockwork) -> None:
        await days.come_to(at("2026-01-05T00:00"))
        await days.create(
            "person",
            {"name": "Ann", "birthdate": "2026-02-20", "meeting_at": "2026-02-25T10:00:00+01:00"},
            {"name": "Bob", "birthdate": "2026-02-21"},
            {"name": "Later", "birthdate": "2026-05-21"},
        )
        assert await days.come_to(at("2026-04-01T00:00")) == 2
        assert sorted(notice["text"] for notice in await days.posted()) == ["Soon: Ann", "Soon: Bob"]
        assert await days.come_to(at("2026-04-02T00:00")) == 0

    with_clock(database_url, RELATIVE, work, MORE)


BIRTHDAY = """
rule "Birthday" on person
when on the anniversary of birthdate at 09:00
then notify user "anna" via in_app name & " " & TEXT(TODAY())
end
"""


def test_birthdays_come_every_year_those_of_leap_days_too(database_url: str) -> None:
    async def work(days: Clockwork) -> None:
        await days.create(
            "person",
            {"name": "Leap", "birthdate": "2000-02-29"},
            {"name": "Last", "birthdate": "1990-12-31"},
            {"name": "First", "birthdate": "1990-01-01"},
            {"name": "New", "birthdate": "2026-03-01"},
        )
        for year in (2026, 2027, 2028):
            for month, day in ((1, 1), (1, 2), (2, 27), (2, 28), (2, 29), (3, 1), (3, 2), (12, 30), (12, 31)):
                with suppress(ValueError):  # 29 February is not there every year.
                    noon = datetime(year, month, day, 12, tzinfo=UTC)
                    await days.come_to(max(noon, days.now))
        told = [notice["text"] for notice in await days.posted()]
        assert told == [
            *("Leap 2026-02-28", "Last 2026-12-31", "First 2027-01-01", "Leap 2027-02-28", "New 2027-03-01"),
            *("Last 2027-12-31", "First 2028-01-01", "Leap 2028-02-29", "New 2028-03-01", "Last 2028-12-31"),
        ]

    with_clock(database_url, BIRTHDAY, work, MORE)


def test_a_rule_that_is_deployed_begins_then_and_one_that_is_gone_ends(database_url: str) -> None:
    async def work(days: Clockwork) -> None:
        await days.come_to(at("2026-01-05T00:00"))
        await days.create("person", *({"name": f"P{n}", "birthdate": "1990-01-06"} for n in range(3)))
        await days.come_to(at("2026-01-05T12:00"))
        assert len(await days.timers()) == 3
        later = BIRTHDAY.replace("09:00", "15:00")
        await deploy(days.tenant, days.actor, SourceChange(files={"rules/test.rule": later}), summary="Later")
        assert await days.come_to(at("2026-01-06T12:00")) == 0
        assert await days.come_to(at("2026-01-06T15:00")) == 3
        none = BIRTHDAY.replace("when", "inactive\nwhen")
        await deploy(days.tenant, days.actor, SourceChange(files={"rules/test.rule": none}), summary="None")
        assert await days.come_to(at("2027-01-06T15:00")) == 0
        assert await days.timers() == []

    with_clock(database_url, BIRTHDAY, work, MORE)


def test_many_birthdays_on_one_day_cost_as_many_statements_as_few(database_url: str) -> None:
    async def work(days: Clockwork) -> None:
        await days.come_to(at("2026-01-04T00:00"))
        counts = []
        for day, size in ((6, 10), (8, 300)):
            people = ({"name": f"P{n}", "birthdate": f"1990-01-{day:02}"} for n in range(size))
            await days.create("person", *people)
            await days.come_to(at(f"2026-01-{day - 1:02}T12:00"))
            with counted_statements(days) as count:
                assert await days.come_to(at(f"2026-01-{day:02}T09:00")) == size
            counts.append(count[0])
        assert counts[0] == counts[1]

    with_clock(database_url, BIRTHDAY, work, MORE)
