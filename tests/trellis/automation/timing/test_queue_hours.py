"""Records that come to a queue outside of its hours. On both databases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.trellis.automation.timing.clockwork import Clockwork, with_clock
from trellis.schema.deploy import SourceChange, deploy

CALENDARS = {
    "calendars.yaml": 'desk: {label: Desk, time_zone: Europe/Berlin, hours: {monday: ["09:00-17:00"], friday: ["09:00-12:00"]}}\n'
}
MONDAY = datetime(2026, 1, 5, 8, tzinfo=UTC)
"""Nine in Berlin; the clock begins on Friday, 13:00 there."""


@pytest.mark.parametrize(
    "rules",
    [
        'rule "Route" on lead when created then assign to queue east round robin during business hours desk end',
        'assignment "Route" on lead when created first match country = "DE" -> queue east least loaded during business hours desk end',
        'rule "Route" on lead when created then set score = 1 after 1 hour then if country = "DE" then '
        "assign to queue east sticky by account during business hours desk end end",
    ],
)
def test_they_are_handed_out_when_the_hours_begin(database_url: str, rules: str) -> None:
    async def work(clockwork: Clockwork) -> None:
        await clockwork.seat("east", "anna", "bo")
        leads = await clockwork.create("lead", *({"name": str(number), "country": "DE"} for number in range(5)))
        await clockwork.wait(hours=1)
        assert await clockwork.owners() == [None] * 5
        await clockwork.update("lead", leads[0], owner=clockwork.users["chen"])
        await clockwork.update("lead", leads[1], country="FR")
        await clockwork.come_to(MONDAY.replace(hour=7, minute=59))
        assert await clockwork.owners() == ["chen"] + [None] * 4
        assert await clockwork.come_to(MONDAY) == 4
        assert await clockwork.owners() == ["chen", "anna", "bo", "anna", "bo"]
        assert {row["owner_queue"] for row in await clockwork.rows("lead", "owner_queue")} == {None}
        assert await clockwork.timers() == []

    with_clock(database_url, rules, work, CALENDARS)


def test_what_nobody_can_take_then_waits_on_and_what_rules_say_by_then_holds(database_url: str) -> None:
    rules = """
assignment "Route" on lead when created first match
    country = "DE" -> queue east round robin within capacity 1 during business hours desk
    otherwise      -> queue west round robin during business hours desk
end
"""

    async def work(clockwork: Clockwork) -> None:
        await clockwork.seat("east", "anna")
        await clockwork.seat("west", "bo")
        await clockwork.create("lead", *({"name": name, "country": name[:2]} for name in ("DE1", "DE2", "FR1")))
        assert len(await clockwork.timers()) == 3
        changed = rules.replace("queue west round robin during business hours desk", 'user "chen"')
        change = SourceChange(files={"rules/test.rule": changed})
        await deploy(clockwork.tenant, clockwork.actor, change, summary="Nobody waits in the west")
        await clockwork.come_to(MONDAY)
        assert await clockwork.owners() == ["anna", None, None]
        assert [row["owner_queue"] for row in await clockwork.rows("lead", "owner_queue")] == [None, "east", "west"]
        assert await clockwork.timers() == []

    with_clock(database_url, rules, work, CALENDARS)
