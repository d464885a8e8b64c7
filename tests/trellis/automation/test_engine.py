"""Rules at a save: when they fire, in which order, and what their actions do. On both databases."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.trellis.automation.rules import Office, with_rules
from trellis.automation.errors import RuleFailed, RuleRecursion
from trellis.errors import InvalidRecord


def lead(number: int = 0, **values: Any) -> dict[str, Any]:
    return {"name": f"Lead {number}", **values}


def test_set_changes_the_record_itself(database_url: str) -> None:
    rules = """
rule "Hot" on lead when created if revenue >= 1000 then set rating = "Hot", score = revenue / 3 end
"""

    async def work(office: Office) -> None:
        await office.create("lead", lead(revenue=1000))
        assert await office.one("lead", "rating", "score", "version") == {
            "rating": "Hot",
            "score": Decimal("333.3"),
            "version": 1,
        }
        assert office.woken == [office.tenant.name]

    with_rules(database_url, rules, work)


@pytest.mark.parametrize(
    ("trigger", "fired"),
    [
        ("created", "C"),
        ("updated", "UVW"),
        ("saved", "CUVW"),
        ("status changes", "UV"),
        ('status changes to "Lost"', "V"),
        ('status changes from "New"', "U"),
        ('status changes from "New" to "Lost"', ""),
        ("country changes from NULL", "W"),
        ('created or country changes to "DE"', "CW"),
    ],
)
def test_triggers(database_url: str, trigger: str, fired: str) -> None:
    rules = f'rule "Log" on lead when {trigger} then create task (subject = "fired") end'

    async def work(office: Office) -> None:
        happened = ""
        count = 0

        async def see(step: str) -> None:
            nonlocal happened, count
            now = len(await office.rows("task", "subject"))
            happened += step * (now - count)
            count = now

        [record_id] = await office.create("lead", lead())
        await see("C")
        for step, values in (("U", {"status": "Working"}), ("V", {"status": "Lost"}), ("W", {"country": "DE"})):
            await office.update("lead", record_id, **values)
            await see(step)
        assert happened == fired

    with_rules(database_url, rules, work)


def test_rules_run_by_priority_then_name_and_see_what_others_set(database_url: str) -> None:
    rules = """
rule "B second" on lead when created if score = 1 then set score = score + 1 end
rule "A third" on lead priority 900 when created if score = 2 then set score = score * 10 end
rule "Z first" on lead priority 100 when created then set score = 1 end
rule "Never" on lead inactive when created then set score = 99 end
"""
    rules = rules.replace("on lead priority", "on lead\npriority").replace("on lead inactive", "on lead\ninactive")

    async def work(office: Office) -> None:
        await office.create("lead", lead())
        assert await office.one("lead", "score") == {"score": Decimal("20.0")}

    with_rules(database_url, rules, work)


def test_conditions_read_parents_formula_fields_and_the_user(database_url: str) -> None:
    rules = """
rule "Gold" on lead when created
if account.tier = "Gold" && CONTAINS(loud_name, "LEAD") && $User.username = "admin" then set rating = "Hot" end
rule "Move" on lead
priority 1
when status changes to "Lost" then set account = NULL end
rule "Orphan" on lead when updated if ISBLANK(account.tier) then set rating = "Cold" end
"""

    async def work(office: Office) -> None:
        gold, silver = await office.create("account", {"name": "G", "tier": "Gold"}, {"name": "S", "tier": "Silver"})
        first, *_ = await office.create("lead", lead(1, account=gold), lead(2, account=silver), lead(3))
        assert [row["rating"] for row in await office.rows("lead", "rating")] == ["Hot", None, None]
        await office.update("lead", first, status="Lost")
        assert [row["rating"] for row in await office.rows("lead", "rating")] == ["Cold", None, None]

    with_rules(database_url, rules, work)


def test_after_actions_run_though_the_rule_itself_ended_its_condition(database_url: str) -> None:
    rules = """
rule "Take up" on lead when created if status = "New" then
    set status = "Working"
    create task (subject = "Call " & name, due_date = TODAY() + 1, lead = id)
    notify creator via in_app "Call " & name
end
"""

    async def work(office: Office) -> None:
        office.users["admin"] = office.actor.user_id
        [record_id] = await office.create("lead", lead(7))
        assert await office.one("task", "subject", "due_date", "lead") == {
            "subject": "Call Lead 7",
            "due_date": date(2026, 1, 3),
            "lead": record_id,
        }
        [row] = await office.posted()
        assert (row["user"], row["text"], row["record"], row["rule"]) == ("admin", "Call Lead 7", record_id, "Take up")

    with_rules(database_url, rules, work)


def test_a_batch_is_one_row_in_the_outbox_for_each_recipient_and_channel(database_url: str) -> None:
    rules = """
rule "Tell" on lead when created then
    assign to queue east round robin
    notify owner, creator, queue west via email, in_app with template hello
    notify "sales@example.org" via email "New: " & name
end
"""

    async def work(office: Office) -> None:
        office.users["admin"] = office.actor.user_id
        await office.seat("east", "anna")
        await office.seat("west", "bo", "anna")
        [account] = await office.create("account", {"name": "Acme"})
        await office.create("lead", *(lead(number, account=account, revenue="12.50") for number in range(20)))
        rows = await office.posted()
        assert len(rows) == 20 * (2 * 3 + 1), "anna is owner and member, and told once"
        assert {(row["user"], row["kind"]) for row in rows if row["user"]} == {
            (user, kind) for user in ("anna", "bo", "admin") for kind in ("email", "in_app")
        }
        assert len({row["key"] for row in rows}) == len(rows)
        template = next(row for row in rows if row.get("template"))
        assert template["values"] == {
            "account.name": "Acme",
            "loud_name": "LEAD 0",
            "name": "Lead 0",
            "revenue": Decimal("12.50"),
        }
        assert next(row["text"] for row in rows if row.get("address")) == "New: Lead 0"

    with_rules(database_url, rules, work)


def test_notify_owner_tells_the_members_of_the_queue_that_holds_the_record(database_url: str) -> None:
    rules = """
rule "Tell" on lead when created then assign to queue east notify owner via in_app "New" end
"""

    async def work(office: Office) -> None:
        await office.seat("east", "anna", "bo")
        await office.create("lead", lead())
        assert [row["user"] for row in await office.posted()] == ["anna", "bo"]

    with_rules(database_url, rules, work)


def test_a_path_may_name_the_recipient_and_a_blank_one_is_left_out(database_url: str) -> None:
    rules = """
rule "Tell" on lead when created then notify owner.manager via in_app "Look" end
"""

    async def work(office: Office) -> None:
        await office.hire("dora", manager=office.users["anna"])
        await office.create("lead", lead(1, owner=office.users["dora"]), lead(2, owner=office.users["bo"]))
        assert [row["user"] for row in await office.posted()] == ["anna"]

    with_rules(database_url, rules, work)


def test_rules_that_set_one_another_off_are_cut_with_the_chain(database_url: str) -> None:
    rules = """
rule "Ping" on lead when created then create task (subject = name) end
rule "Pong" on task when created then create lead (name = subject) end
"""

    async def work(office: Office) -> None:
        with pytest.raises(RuleRecursion, match="Ping -> Pong -> Ping"):
            await office.create("lead", lead())
        assert await office.rows("lead", "name") == []
        assert await office.rows("task", "subject") == []
        assert office.woken == []

    with_rules(database_url, rules, work)


def test_a_chain_that_ends_is_followed_to_its_end(database_url: str) -> None:
    rules = """
rule "Shorter" on lead when created if LEN(name) > 1 then create lead (name = LEFT(name, LEN(name) - 1)) end
"""

    async def work(office: Office) -> None:
        await office.create("lead", {"name": "abcdefgh"})
        assert len(await office.rows("lead", "name")) == 8
        with pytest.raises(RuleRecursion):
            await office.create("lead", {"name": "abcdefghijkl"})
        assert len(await office.rows("lead", "name")) == 8

    with_rules(database_url, rules, work)


def test_what_a_rule_creates_sets_off_other_rules(database_url: str) -> None:
    rules = """
rule "Task" on lead when created then create task (subject = name, lead = id) end
rule "Due" on task when created if lead.status = "New" then set due_date = TODAY() end
"""

    async def work(office: Office) -> None:
        await office.create("lead", lead())
        assert await office.one("task", "due_date") == {"due_date": date(2026, 1, 2)}

    with_rules(database_url, rules, work)


def test_a_formula_that_fails_refuses_the_save_and_says_which_rule(database_url: str) -> None:
    rules = """
rule "Ratio" on lead when created then set score = revenue / (revenue - 5) end
"""

    async def work(office: Office) -> None:
        with pytest.raises(RuleFailed, match="rule 'Ratio' on lead failed") as refused:
            await office.create("lead", lead(1, revenue=1), lead(2, revenue=5))
        assert [(error.index, error.code) for error in refused.value.fields] == [(1, "rule_failed")]
        assert await office.rows("lead", "name") == []

    with_rules(database_url, rules, work)


def test_what_a_rule_sets_must_fit_the_field(database_url: str) -> None:
    rules = """
rule "Long" on lead when created then set country = name end
"""

    async def work(office: Office) -> None:
        with pytest.raises((RuleFailed, InvalidRecord)) as refused:
            await office.create("lead", lead())
        assert [error.field for error in refused.value.fields] == ["country"]

    with_rules(database_url, rules, work)


def test_a_save_that_fails_leaves_nothing_to_deliver(database_url: str) -> None:
    rules = """
rule "Tell" on lead when created then assign to queue east round robin notify owner via in_app "New" end
validation "No" on lead
    fail name "refused" when name = "bad"
end
"""

    async def work(office: Office) -> None:
        await office.seat("east", "anna", "bo")
        with pytest.raises(InvalidRecord):
            await office.create("lead", lead(), {"name": "bad"})
        assert await office.posted() == []
        await office.create("lead", lead(1))
        assert await office.owners() == ["anna"], "the turns of the failed save were given back"

    with_rules(database_url, rules, work)


def test_saves_at_once_take_different_turns(database_url: str) -> None:
    rules = """
rule "Route" on lead when created then assign to queue east round robin end
"""

    async def work(office: Office) -> None:
        await office.seat("east", "anna", "bo", "chen")
        await asyncio.gather(
            *(office.create("lead", *(lead(each) for each in range(number % 4 + 1))) for number in range(24))
        )
        owners = await office.owners()
        assert len(owners) == 60
        assert [owners.count(name) for name in ("anna", "bo", "chen")] == [20, 20, 20]

    with_rules(database_url, rules, work)
