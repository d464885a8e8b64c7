"""Rules that are called: by other rules here. On both databases."""

from __future__ import annotations

import pytest

from tests.trellis.automation.rules import Office, with_rules
from trellis.automation.errors import RuleFailed, RuleRecursion
from trellis.errors import InvalidRecord


def test_a_called_rule_does_its_part_before_and_after_the_write(database_url: str) -> None:
    rules = """
rule "Route" on lead when created if country = "DE" then
    call "Warm up" (why = "new in " & country, days = 3)
    set score = score + 1
end
rule "Warm up" on lead when called with (why text, days number) if ISBLANK(rating) then
    set rating = "Hot", score = days * 2
    create task (subject = why & " " & TEXT(days), due_date = TODAY() + days, lead = id)
    notify owner via in_app why
else
    set score = 0
end
"""

    async def work(office: Office) -> None:
        await office.create(
            "lead",
            {"name": "A", "country": "DE"},
            {"name": "B", "country": "FR", "score": 1},
            {"name": "C", "country": "DE", "rating": "Cold", "score": 5},
        )
        rows = await office.rows("lead", "name", "rating", "score")
        assert [(row["rating"], row["score"]) for row in rows] == [("Hot", 7), (None, 1), ("Cold", 1)]
        tasks = await office.rows("task", "subject", "due_date")
        assert [(row["subject"], str(row["due_date"])) for row in tasks] == [("new in DE 3", "2026-01-05")]
        assert [(row["text"], row["rule"]) for row in await office.posted()] == [("new in DE", "Warm up")]

    with_rules(database_url, rules, work)


def test_each_call_in_a_loop_and_in_turn_runs(database_url: str) -> None:
    rules = """
rule "Visit" on account when tier changes then
    call "Note" (what = "before")
    for each one in leads where one.status = "New" do
        call "Note" (what = one.name)
    end
    if tier = "A" then
        call "Note" (what = "tier A")
    end
end
rule "Note" on account when called with (what text) then
    if what = "L2" then stop end
    create task (subject = name & ": " & what)
end
"""

    async def work(office: Office) -> None:
        first, second = await office.create("account", {"name": "X"}, {"name": "Y"})
        await office.create("lead", *({"name": f"L{number}", "account": first} for number in (1, 2, 3)))
        await office.update("account", first, tier="A")
        await office.update("account", second, tier="B")
        subjects = [row["subject"] for row in await office.rows("task", "subject")]
        assert subjects == ["X: before", "X: L1", "X: L3", "X: tier A", "Y: before"]

    with_rules(database_url, rules, work)


def test_what_a_called_rule_refuses_is_refused(database_url: str) -> None:
    rules = """
rule "Check" on lead when saved then call "No spam" (limit = 2) set rating = "Hot" end
rule "No spam" on lead when called with (limit number) if LEN(name) < limit then fail name "Too short" end
"""

    async def work(office: Office) -> None:
        await office.create("lead", {"name": "Long enough"})
        with pytest.raises(InvalidRecord, match="Too short"):
            await office.create("lead", {"name": "X"})

    with_rules(database_url, rules, work)


def test_rules_that_call_one_another_without_end_are_cut_with_their_names(database_url: str) -> None:
    rules = """
rule "Begin" on lead when created then call "Ping" (left = score) end
rule "Ping" on lead when called with (left number) if left > 0 then set score = left call "Pong" (left = left - 1) end
rule "Pong" on lead when called with (left number) then call "Ping" (left = left) end
"""

    async def work(office: Office) -> None:
        await office.create("lead", {"name": "Ends", "score": 2})
        assert await office.one("lead", "score") == {"score": 1}
        with pytest.raises(RuleRecursion, match="Begin -> Ping -> Pong -> Ping -> Pong"):
            await office.create("lead", {"name": "Does not", "score": 50})

    with_rules(database_url, rules, work)


def test_parameters_are_known_to_conditions_that_the_database_decides(database_url: str) -> None:
    rules = """
rule "Lost" on account when tier changes then call "Close" (word = name, least = 2) end
rule "Close" on account when called with (word text, least number) then
    update lead where lead.account = id && lead.country = word && lead.score >= least (rating = "Cold", name = word & "!")
    update lead where lead.name = "Other" && LEN(word) = 2 (rating = "Hot")
end
"""

    async def work(office: Office) -> None:
        one, two = await office.create("account", {"name": "DE"}, {"name": "FR"})
        lead = {"name": "L", "score": 3}
        await office.create(
            "lead",
            {**lead, "account": one, "country": "DE"},
            {**lead, "account": one, "country": "FR"},
            {**lead, "account": two, "country": "FR", "score": 1},
            {"name": "Other"},
        )
        changes = [{"id": one, "tier": "A"}, {"id": two, "tier": "A"}]
        for change in changes:
            await office.update("account", change["id"], tier="A")
        rows = [(row["name"], row["rating"]) for row in await office.rows("lead", "name", "rating")]
        assert rows == [("DE!", "Cold"), ("L", None), ("L", None), ("Other", "Hot")]

    with_rules(database_url, rules, work)


def test_a_rule_that_is_switched_off_is_not_called(database_url: str) -> None:
    rules = """
rule "Route" on lead when created then call "Off" set score = 1 end
rule "Off" on lead inactive when called then set score = 5 end
"""

    async def work(office: Office) -> None:
        await office.create("lead", {"name": "A"})
        assert await office.one("lead", "score") == {"score": 1}

    with_rules(database_url, rules, work)


def test_what_changes_the_record_cannot_be_called_with_what_is_created_after_it_is_written(database_url: str) -> None:
    rules = """
rule "Route" on lead when created then
    create task (subject = name) as call_back
    call "Set" (what = call_back.subject)
end
rule "Set" on lead when called with (what text) then set country = what end
"""

    async def work(office: Office) -> None:
        with pytest.raises(RuleFailed, match="which is written when line 4 calls it"):
            await office.create("lead", {"name": "A"})
        assert await office.rows("task", "subject") == []

    with_rules(database_url, rules, work)


def test_a_called_rule_has_the_rights_that_it_says(database_url: str) -> None:
    rules = """
rule "Route" on lead runs as user when created then call "Mine" end
rule "Mine" on lead when called then set rating = "Hot" create task (subject = name) end
"""

    async def work(office: Office) -> None:
        await office.create("lead", {"name": "A"})
        assert await office.one("lead", "rating") == {"rating": "Hot"}

    with_rules(database_url, rules, work)
