"""Members of queues, replaced by several at once."""

from __future__ import annotations

import asyncio

from tests.trellis.automation.rules import Office, with_rules
from trellis.automation.queue_members import get_queue, replace_members
from trellis.automation.seat_checks import NewMember
from trellis.errors import Conflict
from trellis.security.access import AdministratorAccess

ACCESS = AdministratorAccess()
ROUND_ROBIN = 'rule "Route" on lead when created then assign to queue east round robin end'


def _members(*usernames: str, weight: int = 1) -> list[NewMember]:
    return [NewMember(user=username, weight=weight) for username in usernames]


def test_lists_sent_at_once_are_never_mixed(database_url: str) -> None:
    lists = [["anna", "bo"], ["bo", "chen"], ["chen"], ["chen", "bo", "anna"]]

    async def work(office: Office) -> list[str]:
        await asyncio.gather(
            *(
                replace_members(office.tenant, ACCESS, office.actor, "east", _members(*usernames, weight=number))
                for number, usernames in enumerate(lists, 1)
            )
        )
        east = await get_queue(office.tenant, ACCESS, office.actor, "east")
        assert len({member.weight for member in east.members}) == 1
        return [member.username for member in east.members]

    assert with_rules(database_url, "", work) in lists


def test_of_two_who_saw_the_same_list_the_second_is_told(database_url: str) -> None:
    async def work(office: Office) -> list[type]:
        seen = (await get_queue(office.tenant, ACCESS, office.actor, "east")).tag
        answers = await asyncio.gather(
            *(
                replace_members(office.tenant, ACCESS, office.actor, "east", _members(username), seen=seen)
                for username in ("anna", "bo")
            ),
            return_exceptions=True,
        )
        return [type(answer) for answer in answers if isinstance(answer, Exception)]

    assert with_rules(database_url, "", work) == [Conflict]


def test_records_go_to_those_seated_in_their_order_and_not_to_the_absent(database_url: str) -> None:
    async def work(office: Office) -> list[str | None]:
        members = [NewMember(user="chen"), NewMember(user="anna", is_absent=True), NewMember(user="bo")]
        await replace_members(office.tenant, ACCESS, office.actor, "east", members)
        await office.create("lead", *({"name": str(number)} for number in range(4)))
        return await office.owners()

    assert with_rules(database_url, ROUND_ROBIN, work) == ["chen", "bo", "chen", "bo"]
