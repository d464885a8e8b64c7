"""`after 2 days …`: what a rule does later."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa

from tests.trellis.automation.test_assignment import counted_statements
from tests.trellis.automation.timing.clockwork import Clockwork, with_clock
from trellis.automation.engine import Engine
from trellis.automation.execute import Execution
from trellis.automation.hooks import SaveContext
from trellis.automation.inbound import receive_event
from trellis.automation.ledger.read import fetch_ledger
from trellis.automation.set_off import SettingOff
from trellis.schema.deploy import SourceChange, deploy
from trellis.security.access import AdministratorAccess
from trellis.storage.database import Transaction
from trellis.tenancy.compiled import CompiledModel

UNTOUCHED = """
rule "Untouched" on lead
when created or country changes
then
    set rating = "Hot"
after 2 days if status = "New" then
    set rating = "Cold"
    notify user "bo" via in_app "Untouched: " & name
after 3 days then
    create task (subject = "Call " & name, lead = id)
end
"""

ON_SQLITE = pytest.mark.parametrize("dialect", ["sqlite"])


def test_what_comes_later_happens_then_and_only_if_it_still_holds(database_url: str) -> None:
    async def work(days: Clockwork) -> None:
        [new, busy] = await days.create("lead", {"name": "New"}, {"name": "Busy"})
        assert await days.wait(days=1.9) == 0
        await days.update("lead", busy, status="Working")
        assert await days.wait(days=0.1) == 1
        assert {row["name"]: row["rating"] for row in await days.rows("lead", "name", "rating")} == {
            "New": "Cold",
            "Busy": "Hot",
        }
        [notice] = await days.posted()
        assert (notice["user"], notice["text"], notice["record"]) == ("bo", "Untouched: New", new)
        assert await days.rows("task", "subject") == []
        assert await days.wait(days=1) == 2
        assert sorted(row["subject"] for row in await days.rows("task", "subject")) == ["Call Busy", "Call New"]
        assert await days.timers() == []

    with_clock(database_url, UNTOUCHED, work)


def test_a_rule_that_fires_again_begins_its_delays_anew(database_url: str) -> None:
    async def work(days: Clockwork) -> None:
        [lead] = await days.create("lead", {"name": "Moved"})
        await days.wait(days=1)
        await days.update("lead", lead, country="DE")
        assert len(await days.timers()) == 2
        assert await days.wait(days=1) == 0
        assert await days.wait(days=1) == 1

    with_clock(database_url, UNTOUCHED, work)


@ON_SQLITE
def test_records_in_the_bin_wait_in_vain_unless_they_come_back_in_time(database_url: str) -> None:
    async def work(days: Clockwork) -> None:
        gone, back = await days.create("lead", {"name": "Gone"}, {"name": "Back"})
        await days.records.delete(days.actor, "lead", [gone, back])
        await days.wait(days=1)
        await days.records.restore(days.actor, "lead", [back])
        assert await days.wait(days=1) == 1
        [notice] = await days.posted()
        assert notice["record"] == back

    with_clock(database_url, UNTOUCHED, work)


def test_after_a_standstill_everything_missed_happens_once(database_url: str) -> None:
    async def work(days: Clockwork) -> None:
        await days.create("lead", *({"name": f"Lead {number}"} for number in range(3)))
        assert await days.wait(days=30) == 6
        assert len(await days.posted()) == 3
        assert len(await days.rows("task", "subject")) == 3
        assert await days.wait(days=30) == 0

    with_clock(database_url, UNTOUCHED, work)


@ON_SQLITE
def test_delays_do_not_care_for_stop_and_begin_only_where_the_condition_holds(database_url: str) -> None:
    rules = """
    rule "Stopped" on lead
    when created
    if country = "DE"
    then
        stop
    else
        set score = 1
    after 1 hour then
        set score = 2
    end
    """

    async def work(days: Clockwork) -> None:
        await days.create("lead", {"name": "A", "country": "DE"}, {"name": "B", "country": "FR"})
        assert await days.wait(hours=1) == 1
        assert {row["name"]: row["score"] for row in await days.rows("lead", "name", "score")} == {"A": 2, "B": 1}

    with_clock(database_url, rules, work)


def test_what_a_delay_sets_is_checked_and_heard_like_any_save(database_url: str) -> None:
    rules = """
    rule "Later" on lead
    when created
    then stop
    after 1 day then
        set score = IF(name = "Bad", 99, 5)
    end

    rule "Hears" on lead
    when score changes
    then set rating = "Hot" notify user "anna" via in_app name & TEXT(score)
    end

    validation "Score" on lead
        fail score "Too high" when score > 10
    end
    """

    async def work(days: Clockwork) -> None:
        await days.create("lead", {"name": "Good"}, {"name": "Bad"})
        assert await days.wait(days=1) == 1
        found = {
            row["name"]: (row["score"], row["rating"]) for row in await days.rows("lead", "name", "score", "rating")
        }
        assert found == {"Good": (5, "Hot"), "Bad": (None, None)}
        assert [notice["text"] for notice in await days.posted()] == ["Good5"]
        [(_, _, status)] = await days.timers()
        assert status == "waiting"
        timer = days.tenant.tables.timer
        [(error, attempts)] = await days.fetch(sa.select(timer.c.last_error, timer.c.attempts))
        assert (error, attempts) == ("Too high", 1)

    with_clock(database_url, rules, work)


@ON_SQLITE
def test_a_delay_goes_by_business_time(database_url: str) -> None:
    rules = """
    rule "SLA" on lead
    when created
    then stop
    after 4 business hours in calendar support then set score = 1
    after 2 business days in calendar support then set score = 2
    end
    """
    calendars = """
support:
  label: Support
  time_zone: Europe/Berlin
  hours: {friday: ["09:00-17:00"], monday: ["09:00-17:00"], wednesday: ["09:00-17:00"]}
  holidays: {2026-01-05: Day off}
"""

    async def work(days: Clockwork) -> None:
        # Friday, 2 January, one o'clock in Berlin; Monday is a holiday
        await days.create("lead", {"name": "A"})
        assert await days.wait(hours=3.99) == 0
        assert await days.wait(hours=0.02) == 1
        assert await days.wait(days=6.98 - 4 / 24) == 0
        assert await days.wait(days=0.1) == 1
        assert (await days.one("lead", "score"))["score"] == 2

    with_clock(database_url, rules, work, {"calendars.yaml": calendars})


@ON_SQLITE
def test_a_rule_that_is_gone_does_nothing_later(database_url: str) -> None:
    async def work(days: Clockwork) -> None:
        await days.create("lead", {"name": "A"})
        gone = 'rule "Other" on lead when deleted then stop end'
        await deploy(days.tenant, days.actor, SourceChange(files={"rules/test.rule": gone}), summary="Gone")
        assert await days.wait(days=9) == 0
        assert await days.timers() == []

    with_clock(database_url, UNTOUCHED, work)


def test_several_workers_bring_about_each_effect_once(database_url: str) -> None:
    async def work(days: Clockwork) -> None:
        for _ in range(5):
            await days.create("lead", *({"name": f"Lead {number}"} for number in range(8)))
        await days.wait(days=1)
        days.now = days.now.replace(year=2027)
        await asyncio.gather(*(days.worker().run(days.tenant) for _ in range(4)))
        assert len(await days.posted()) == 40
        assert len(await days.rows("task", "subject")) == 40

    with_clock(database_url, UNTOUCHED, work)


def test_hundreds_due_at_once_cost_as_many_statements_as_ten(database_url: str) -> None:
    async def work(days: Clockwork) -> None:
        counts = []
        await days.wait(seconds=1)
        for size in (10, 300):
            await days.create("lead", *({"name": f"Lead {number}"} for number in range(size)))
            with counted_statements(days) as count:
                assert await days.wait(days=2) == size
            counts.append(count[0])
        assert counts[0] == counts[1]
        assert counts[1] < 20

    with_clock(database_url, UNTOUCHED.replace("after 3 days", "after 30 days"), work)


@ON_SQLITE
def test_what_a_rule_was_called_with_is_known_later(database_url: str) -> None:
    rules = """
    rule "Caller" on lead
    when created
    then call "Remind" with (about = "Call " & name)
    end

    rule "Remind" on lead
    when called with (about text)
    then set rating = "Hot"
    after 1 day then notify user "anna" via in_app about
    end
    """

    async def work(days: Clockwork) -> None:
        await days.create("lead", {"name": "A"}, {"name": "B"})
        await days.wait(days=1)
        assert sorted(notice["text"] for notice in await days.posted()) == ["Call A", "Call B"]

    with_clock(database_url, rules, work)


def test_what_an_event_said_is_known_later(database_url: str) -> None:
    rules = """
    rule "Shipped" on lead
    when event shipped matching name = $Event.reference
    then set rating = "Hot"
    after 1 day if $Event.carrier = "DHL" then notify user "anna" via in_app $Event.carrier & " brought " & name
    end
    """

    async def work(days: Clockwork) -> None:
        await days.create("lead", {"name": "A"}, {"name": "B"})
        access = AdministratorAccess()
        engine = Engine(days.woken.append, access)
        setting_off = SettingOff(engine, Execution(engine, access).steps)

        async def receive(transaction: Transaction, compiled: CompiledModel) -> None:
            context = SaveContext(transaction=transaction, compiled=compiled, actor=days.actor, now=days.now)
            for reference, carrier in (("A", "DHL"), ("B", "UPS"), ("C", "DHL")):
                content = {"reference": reference, "carrier": carrier}
                await receive_event(context, setting_off, access, "shipped", content)

        await days.tenant.write(receive)
        assert await days.wait(days=1) == 1
        assert [notice["text"] for notice in await days.posted()] == ["DHL brought A"]

    with_clock(database_url, rules, work)


def test_the_ledger_knows_what_waited_and_how_that_ended(database_url: str) -> None:
    async def work(days: Clockwork) -> None:
        [new, busy] = await days.create("lead", {"name": "New"}, {"name": "Busy"})
        await days.update("lead", busy, status="Working")
        await days.wait(days=2)

        async def noted(record_id: str) -> list[tuple[str, int]]:
            schema = days.tenant.database.schema
            rows = await days.tenant.database.read(
                lambda transaction: fetch_ledger(transaction, schema, "lead", record_id, limit=10)
            )
            return [(note.done, note.line) for row in reversed(rows) for note in row.notes]

        begun = [("set", 5), ("wait", 6), ("wait", 9)]
        assert await noted(new) == [*begun, ("fire", 6), ("set", 7), ("notify", 8)]
        assert await noted(busy) == [*begun, ("cancel", 6)]

    with_clock(database_url, UNTOUCHED, work)
