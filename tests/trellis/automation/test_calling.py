"""Rules that somebody calls for records that are there. On both databases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.trellis.automation.rules import NOW, Office, with_rules
from trellis.automation.calling import CalledRecord, Calls, callable_rules
from trellis.automation.engine import Engine
from trellis.errors import AccessDenied, InvalidRecord, NotFound
from trellis.security.access import AdministratorAccess
from trellis.security.actor import Actor

ACCESS = AdministratorAccess()
RULES = """
rule "Qualify" on lead
description "When the call went well."
when called with (why text, points number, meet_on date, is_big checkbox, chosen account)
if status <> "Lost"
then
    set score = BLANKVALUE(score, 0) + points, rating = IF(is_big, "Hot", "Cold"), account = chosen
    notify owner via in_app why & " " & TEXT(score)
    create task (subject = why, due_date = meet_on, lead = id)
end

rule "Hear" on lead when rating changes then create task (subject = "It is " & TEXT(rating), lead = id) end
rule "Both" on lead when called or status changes then set country = "X" & country end
rule "Off" on lead inactive when called then set country = "XX" end
rule "No" on lead when called with (word text) then fail country "Never " & word end
rule "Both" on account when called then set tier = "Z" end
"""


def calls(office: Office) -> Calls:
    return Calls(office.tenant, Engine(office.woken.append, ACCESS), ACCESS, clock=lambda: NOW)


async def call(office: Office, name: str, ids: list[str], **given: Any) -> tuple[CalledRecord, ...]:
    return await calls(office).call(office.actor, name, ids, given, object_name="lead")


def test_a_called_rule_runs_for_the_records_it_is_for(database_url: str) -> None:
    async def work(office: Office) -> None:
        [account] = await office.create("account", {"name": "A"})
        owner = office.users["bo"]
        leads = await office.create(
            "lead",
            {"name": "1", "owner": owner, "score": 2.5},
            {"name": "2", "owner": owner, "status": "Lost"},
            {"name": "3", "owner": owner, "rating": "Hot"},
        )
        office.woken.clear()
        given: Mapping[str, Any] = {
            "why": "Liked it", "points": 1.5, "meet_on": "2026-02-03", "is_big": True, "chosen": account,
        }  # fmt: skip
        called = await call(office, "Qualify", leads, **given)
        assert [(one.id, one.version, one.is_done) for one in called] == [
            (leads[0], 2, True),
            (leads[1], 1, False),
            (leads[2], 2, True),
        ]
        rows = await office.rows("lead", "rating", "score", "account")
        assert [(row["rating"], row["score"], row["account"]) for row in rows] == [
            ("Hot", Decimal("4.0"), account),
            (None, None, None),
            ("Hot", Decimal("1.5"), account),
        ]
        tasks = sorted((row["subject"], row["due_date"]) for row in await office.rows("task", "subject", "due_date"))
        assert tasks == [("It is Hot", None), ("Liked it", date(2026, 2, 3)), ("Liked it", date(2026, 2, 3))]
        assert [(row["user"], row["text"]) for row in await office.posted()] == [
            ("bo", "Liked it 4"),
            ("bo", "Liked it 1.5"),
        ]
        assert office.woken == [office.tenant.name]
        await call(office, "Qualify", leads[:1], why="Again", points=0)
        assert len(await office.posted()) == 3  # the same record, the same version of the rule: another call

    with_rules(database_url, RULES, work)


def test_it_does_not_set_itself_off_and_others_are_asked_once(database_url: str) -> None:
    async def work(office: Office) -> None:
        [lead] = await office.create("lead", {"name": "1", "country": "D"})
        [done] = await call(office, "Both", [lead])
        assert (done.is_done, done.version) == (True, 2)
        assert await office.one("lead", "country") == {"country": "XD"}

    with_rules(database_url, RULES, work)


def test_what_cannot_be_called_says_why(database_url: str) -> None:
    async def work(office: Office) -> None:
        [lead] = await office.create("lead", {"name": "1"})
        with pytest.raises(InvalidRecord) as refused:
            await call(office, "Qualify", [lead], points="many", meet_on="2026-02-30", is_big=1, chosen="x", wy="?")
        assert [one.field for one in refused.value.fields] == ["wy", "points", "meet_on", "is_big", "chosen"]
        assert "Did you mean 'why'?" in refused.value.fields[0].message
        with pytest.raises(InvalidRecord, match="Never mind"):
            await call(office, "No", [lead], word="mind")
        for name in ("Qualfy", "Off", "Hear"):
            with pytest.raises(NotFound, match="that can be called"):
                await call(office, name, [lead])
        with pytest.raises(NotFound, match="no lead with the id"):
            await call(office, "Both", [office.actor.user_id])
        with pytest.raises(NotFound, match="several rules 'Both'"):
            await calls(office).call(office.actor, "Both", [lead], {})
        guest = Actor(user_id=office.users["bo"], name="Bo", email="bo@example.org", is_admin=False, channel="api")
        with pytest.raises(AccessDenied):
            await calls(office).call(guest, "Both", [lead], {}, object_name="lead")
        assert await office.one("lead", "country", "rating") == {"country": None, "rating": None}
        model = (await office.tenant.compiled()).model
        assert [(rule.name, len(rule.parameters)) for rule in callable_rules(model, "lead")] == [
            ("Both", 0),
            ("No", 1),
            ("Qualify", 5),
        ]

    with_rules(database_url, RULES, work)


def test_typed_texts_are_read_as_people_write_them(database_url: str) -> None:
    async def work(office: Office) -> None:
        [lead] = await office.create("lead", {"name": "1"})
        given = {"why": "Yes", "points": " 1,200.5", "meet_on": "2026-02-03", "is_big": "on", "chosen": ""}
        await calls(office).call(office.actor, "Qualify", [lead], given, source="form")
        assert await office.one("lead", "score", "rating") == {"score": Decimal("1200.5"), "rating": "Hot"}

    with_rules(database_url, RULES, work)
