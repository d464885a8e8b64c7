"""Taking records out of queues. On both databases."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from tests.trellis.automation.rules import NOW, Office, with_rules
from trellis.automation.engine import Engine
from trellis.automation.pulling import Pulled, list_waiting, pull
from trellis.errors import AccessDenied, InvalidRecord, InvalidRequest, NotFound
from trellis.security.access import AdministratorAccess
from trellis.security.actor import Actor

ACCESS = AdministratorAccess()
RULES = """
rule "Wait" on lead when created then assign to queue east end
rule "Wait too" on account when created then assign to queue south end
rule "Wait there too" on task when created then assign to queue south end
rule "Heard" on lead when owner changes then notify owner via in_app "Yours: " & name end
rule "Never" on lead when owner changes if name = "Never" then fail "Nobody takes this" end
"""
QUEUES = {
    "queues.yaml": "east: {label: East, objects: [lead]}\nwest: {label: West}\nsouth: {label: South, objects: [task, account]}\n"
}


def as_user(office: Office, username: str) -> Actor:
    return Actor(user_id=office.users[username], name=username, email="", is_admin=True, channel="api")


async def take(office: Office, username: str, queue: str = "east", object_name: str | None = None) -> Pulled | None:
    automation = Engine(office.woken.append, ACCESS)
    actor = as_user(office, username)
    return await pull(office.tenant, automation, ACCESS, actor, queue, object_name=object_name, clock=lambda: NOW)


def test_the_oldest_record_is_taken_and_rules_hear_of_it(database_url: str) -> None:
    async def work(office: Office) -> None:
        await office.seat("east", "anna")
        await office.seat("east", "bo", is_absent=True)
        leads = await office.create("lead", *({"name": str(number)} for number in range(3)))
        office.woken.clear()
        assert await take(office, "anna") == Pulled(object="lead", id=leads[0], version=2)
        assert await take(office, "bo") == Pulled(object="lead", id=leads[1], version=2)
        await office.update("lead", leads[2], owner=office.users["chen"])
        assert await take(office, "anna") is None
        assert await office.owners() == ["anna", "bo", "chen"]
        assert {row["owner_queue"] for row in await office.rows("lead", "owner_queue")} == {None}
        assert [row["user"] for row in await office.posted()] == ["anna", "bo", "chen"]
        assert office.woken == [office.tenant.name] * 3

    with_rules(database_url, RULES, work, QUEUES)


def test_no_two_people_get_the_same(database_url: str) -> None:
    async def work(office: Office) -> None:
        await office.seat("east", "anna", "bo", "chen")
        leads = await office.create("lead", *({"name": str(number)} for number in range(30)))
        taken = await asyncio.gather(*(take(office, name) for name in ["anna", "bo", "chen"] * 12))
        got = [one.id for one in taken if one is not None]
        assert sorted(got) == sorted(leads)
        assert taken.count(None) == 6
        owners = Counter(await office.owners())
        assert sum(owners.values()) == 30
        assert None not in owners

    with_rules(database_url, RULES, work, QUEUES)


def test_of_several_objects_the_oldest_comes_first(database_url: str) -> None:
    async def work(office: Office) -> None:
        await office.seat("south", "anna")
        await office.seat("west", "anna")
        times = iter(range(1, 9))
        office.records._clock = lambda: NOW.replace(minute=next(times))
        [account] = await office.create("account", {"name": "A"})
        [task] = await office.create("task", {"subject": "T"})
        [second] = await office.create("account", {"name": "B"})
        waiting = await list_waiting(office.tenant, ACCESS, as_user(office, "anna"))
        assert [(one.queue.name, one.object, one.count, one.since and one.since.minute) for one in waiting] == [
            ("west", "account", 0, None),
            ("west", "lead", 0, None),
            ("west", "task", 0, None),
            ("south", "task", 1, 2),
            ("south", "account", 2, 1),
        ]
        got = [await take(office, "anna", "south"), await take(office, "anna", "south", "account")]
        assert [one and one.id for one in got] == [account, second]
        assert (await take(office, "anna", "south")) == Pulled(object="task", id=task, version=2)
        assert await take(office, "anna", "west") is None

    with_rules(database_url, RULES, work, QUEUES)


def test_what_cannot_be_taken_says_why(database_url: str) -> None:
    async def work(office: Office) -> None:
        await office.seat("east", "anna")
        await office.create("lead", {"name": "Never"})
        with pytest.raises(InvalidRecord, match="Nobody takes this"):
            await take(office, "anna")
        assert await office.owners() == [None]
        with pytest.raises(AccessDenied, match="bo does not sit at the queue east"):
            await take(office, "bo")
        with pytest.raises(NotFound, match='no queue "eats"'):
            await take(office, "anna", "eats")
        with pytest.raises(InvalidRequest, match="No records of 'task' wait in east"):
            await take(office, "anna", "east", "task")

    with_rules(database_url, RULES, work, QUEUES)
