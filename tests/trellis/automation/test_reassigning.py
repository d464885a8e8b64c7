"""Records of somebody who is away. On both databases."""

from __future__ import annotations

from typing import Any

import pytest

from tests.trellis.automation.rules import NOW, Office, with_rules
from trellis.automation.engine import Engine
from trellis.automation.reassigning import Reassigned, reassign
from trellis.errors import AccessDenied, InvalidFilter, InvalidRecord, InvalidRequest, NotFound
from trellis.security.access import AdministratorAccess
from trellis.security.actor import Actor

ACCESS = AdministratorAccess()
RULES = """
assignment "Routing" on lead when created or country changes first match
    country = "DE" -> queue east least loaded by lead where lead.status <> "Lost"
    country = "FR" -> queue west
    country = "SE" -> user "bo"
    otherwise      -> queue east round robin
end
rule "Hot" on lead when rating changes to "Hot" then assign to queue south round robin within capacity 3 set score = 9 end
rule "Heard" on lead when owner changes then notify owner via in_app name end
rule "Never" on lead when owner changes if name = "Stays" then fail "No" end
"""
QUEUES = {
    "queues.yaml": "".join(
        f"{name}: {{label: {name.title()}, objects: [lead]}}\n" for name in ("east", "west", "south")
    )
}


async def give_back(
    office: Office, queue: str, user: str = "bo", actor: Actor | None = None, **more: Any
) -> Reassigned:
    automation = Engine(office.woken.append, ACCESS)
    return await reassign(
        office.tenant, automation, ACCESS, actor or office.actor, queue, user, clock=lambda: NOW, **more
    )


async def owned(office: Office, *leads: tuple[str, dict[str, Any]]) -> None:
    """By bo, whatever the rules said when they were made."""
    ids = await office.create("lead", *({"name": name, **values} for name, values in leads))
    for one in ids:
        await office.update("lead", one, owner=office.users["bo"])


def test_what_a_queue_gave_goes_to_others_at_it(database_url: str) -> None:
    async def work(office: Office) -> None:
        await owned(
            office,
            ("A", {"country": "DE"}),
            ("B", {"country": "DE", "status": "Lost"}),
            ("C", {"country": "FR"}),
            ("D", {"country": "SE"}),
            ("E", {}),
            ("F", {"rating": "Hot", "country": "SE"}),
        )
        for queue in ("east", "south"):
            await office.seat(queue, "anna", "bo")
        await office.seat("west", "bo")
        told = len(await office.posted())
        assert await give_back(office, "east") == Reassigned(moved=2)
        assert await give_back(office, "west", office.users["bo"]) == Reassigned(waiting=1)
        assert await give_back(office, "south") == Reassigned(moved=1)
        assert await office.owners() == ["anna", "bo", None, "bo", "anna", "anna"]
        assert [row["owner_queue"] for row in await office.rows("lead", "owner_queue")][2] == "west"
        assert [row["score"] for row in await office.rows("lead", "score")] == [None] * 6
        assert [row["user"] for row in (await office.posted())[told:]] == ["anna", "anna", "bo", "anna"]
        assert await give_back(office, "east") == Reassigned()

    with_rules(database_url, RULES, work, QUEUES)


def test_with_nobody_else_there_they_wait_and_what_is_refused_stays(database_url: str) -> None:
    async def work(office: Office) -> None:
        await owned(office, ("A", {}), ("Moves", {}), ("B", {"status": "Lost"}))
        [_, stays, _] = [row["id"] for row in await office.rows("lead", "id")]
        await office.update("lead", stays, name="Stays")
        await office.seat("east", "bo")
        assert await give_back(office, "east", where='status <> "Lost"') == Reassigned(waiting=1, refused=1)
        assert await office.owners() == [None, "bo", "bo"]

    with_rules(database_url, RULES, work, QUEUES)


def test_many_go_back_in_several_transactions(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trellis.automation.reassigning.BATCH", 3)

    async def work(office: Office) -> None:
        ids = await office.create("lead", *({"name": str(number), "country": "SE"} for number in range(8)))
        assert set(await office.owners()) == {"bo"}
        for one in ids:
            await office.update("lead", one, rating="Hot")
            await office.update("lead", one, owner=office.users["bo"])
        await office.seat("south", "anna", "bo", "chen")
        assert await give_back(office, "south") == Reassigned(moved=6, waiting=2)
        assert sorted(owner or "" for owner in await office.owners()) == [""] * 2 + ["anna"] * 3 + ["chen"] * 3

    with_rules(database_url, RULES, work, QUEUES)


def test_what_cannot_be_given_back_says_why(database_url: str) -> None:
    async def work(office: Office) -> None:
        with pytest.raises(NotFound, match='no queue "eats"'):
            await give_back(office, "eats")
        with pytest.raises(InvalidRecord, match='no user "nobody"'):
            await give_back(office, "east", "nobody")
        with pytest.raises(InvalidRequest, match="No records of 'task' wait in east"):
            await give_back(office, "east", object_name="task")
        with pytest.raises(InvalidFilter):
            await give_back(office, "east", where="statsu = 1")
        guest = Actor(user_id=office.users["bo"], name="Bo", email="bo@example.org", is_admin=False, channel="api")
        with pytest.raises(AccessDenied):
            await give_back(office, "east", actor=guest)

    with_rules(database_url, RULES, work, QUEUES)


def test_the_last_rule_has_its_way_and_other_queues_keep_their_turns(database_url: str) -> None:
    rules = """
assignment "Routing" on lead when created first match otherwise -> queue east round robin end
rule "Wait" on lead when created if country = "NO" then assign to queue east end
rule "South" on lead when created if country = "IT" then assign to queue south round robin end
"""

    async def work(office: Office) -> None:
        await office.seat("east", "anna", "bo")
        await office.seat("south", "anna", "chen")
        await owned(office, ("A", {"country": "NO"}), ("B", {"country": "IT"}), ("C", {}))
        await office.create("lead", {"name": "D", "country": "IT"})
        assert await give_back(office, "east") == Reassigned(moved=1, waiting=1)
        await office.create("lead", {"name": "E", "country": "IT"})
        assert await office.owners() == [None, "bo", "anna", "chen", "anna"]

    with_rules(database_url, rules, work, QUEUES)
