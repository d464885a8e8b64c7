"""Roles, teams and previous owners as assignees and recipients. On both databases."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from tests.trellis.automation.rules import Office, with_rules
from trellis.automation.group_members import GroupKind, get_group, list_groups, replace_group_members
from trellis.errors import AccessDenied, Conflict, InvalidRecord, NotFound
from trellis.security.access import AdministratorAccess
from trellis.security.actor import Actor

ACCESS = AdministratorAccess()
GROUPS = {
    "roles.yaml": "cfo: {label: CFO}\nmarketing: {label: Marketing}\n",
    "teams.yaml": "north: {label: North}\n",
}


async def appoint(office: Office, kind: GroupKind, name: str, *usernames: str) -> None:
    await replace_group_members(office.tenant, ACCESS, office.actor, kind, name, usernames)


@pytest.mark.parametrize(("kind", "name"), [("role", "cfo"), ("team", "north")])
def test_who_has_a_role_or_is_in_a_team_gets_records_in_turn(
    database_url: str, kind: GroupKind, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    rules = f'rule "Route" on lead when created then assign to {kind} {name} end'

    async def work(office: Office) -> None:
        await office.create("lead", {"name": "Nobody yet", "owner": office.users["chen"]})
        assert await office.owners() == ["chen"]
        assert "names no active user" in caplog.text
        await appoint(office, kind, name, "bo", "anna")
        await office.create("lead", *({"name": str(number)} for number in range(3)))
        await office.create("lead", *({"name": str(number)} for number in range(3, 6)))
        assert await office.owners() == ["chen", *["bo", "anna"] * 3]

    with_rules(database_url, rules, work, GROUPS)


def test_a_row_of_a_table_can_name_a_role_and_a_team(database_url: str) -> None:
    rules = """
assignment "Routing" on lead when created first match
    country = "DE" -> role cfo
    country = "FR" -> team north
end
"""

    async def work(office: Office) -> list[str | None]:
        await appoint(office, "role", "cfo", "anna")
        await appoint(office, "team", "north", "bo")
        await office.create("lead", {"name": "A", "country": "FR"}, {"name": "B", "country": "DE"})
        return await office.owners()

    assert with_rules(database_url, rules, work, GROUPS) == ["bo", "anna"]


def test_everybody_with_a_role_or_in_a_team_hears_once(database_url: str) -> None:
    rules = """
rule "Tell" on lead when created then notify role cfo, team north, role marketing, owner via in_app "New: " & name end
"""

    async def work(office: Office) -> list[str]:
        await office.hire("gone", is_active=False)
        await appoint(office, "role", "cfo", "anna")
        await appoint(office, "team", "north", "anna", "bo")
        await office.create(
            "lead", {"name": "A", "owner": office.users["bo"]}, {"name": "B", "owner": office.users["chen"]}
        )
        return [f"{row['text'][-1]} {row['user']}" for row in await office.posted()]

    told = with_rules(database_url, rules, work, GROUPS)
    assert sorted(told) == ["A anna", "A bo", "B anna", "B bo", "B chen"]


def test_a_record_goes_back_to_who_owned_it_before(database_url: str) -> None:
    rules = """
rule "Lost" on lead when status changes to "Lost" then assign to queue west end
rule "Back" on lead when status changes to "Working" then assign to previous owner end
"""

    async def work(office: Office) -> None:
        [lead] = await office.create("lead", {"name": "A", "owner": office.users["anna"]})

        async def owner_after(**values: str) -> str | None:
            await office.update("lead", lead, **values)
            return (await office.owners())[0]

        assert await owner_after(status="Working") == "anna"  # who never had another owner stays
        assert await owner_after(owner=office.users["bo"], status="New") == "bo"
        assert await owner_after(status="Working") == "anna"
        assert await owner_after(status="Lost") is None
        assert await owner_after(status="Working") == "anna"
        assert await owner_after(status="New", owner=office.users["chen"]) == "chen"
        assert await owner_after(status="Working", owner=office.users["bo"]) == "chen"
        assert await office.one("lead", "owner_queue") == {"owner_queue": None}

    with_rules(database_url, rules, work)


def test_a_restored_record_goes_back_too(database_url: str) -> None:
    rules = 'rule "Back" on lead when restored then assign to previous owner end'

    async def work(office: Office) -> list[str | None]:
        leads = await office.create("lead", *({"name": name, "owner": office.users["anna"]} for name in "AB"))
        await office.update("lead", leads[0], owner=office.users["bo"])
        await office.records.delete(office.actor, "lead", leads)
        await office.records.restore(office.actor, "lead", leads)
        return await office.owners()

    assert with_rules(database_url, rules, work) == ["anna", "anna"]


def test_the_members_of_a_role_are_replaced_in_one_write(database_url: str) -> None:
    async def work(office: Office) -> None:
        tenant, actor = office.tenant, office.actor
        first = await get_group(tenant, ACCESS, actor, "role", "cfo")
        assert first.members == ()
        chosen = await replace_group_members(tenant, ACCESS, actor, "role", "cfo", ["BO", office.users["anna"]])
        assert [(one.username, one.name, one.is_active) for one in chosen.members] == [
            ("bo", "Bo", True),
            ("anna", "Anna", True),
        ]
        with pytest.raises(Conflict):
            await replace_group_members(tenant, ACCESS, actor, "role", "cfo", [], seen=first.tag)
        listed = await list_groups(tenant, ACCESS, actor, "role")
        assert [(one.definition.name, len(one.members)) for one in listed] == [("cfo", 2), ("marketing", 0)]
        with pytest.raises(InvalidRecord) as refused:
            await replace_group_members(tenant, ACCESS, actor, "role", "cfo", ["anna", "nobody", "Anna"])
        assert [(one.index, one.code) for one in refused.value.fields] == [(1, "not_found"), (2, "repeated")]
        with pytest.raises(NotFound, match="cfi"):
            await get_group(tenant, ACCESS, actor, "role", "cfi")
        with pytest.raises(NotFound):
            await get_group(tenant, ACCESS, actor, "team", "cfo")
        guest = Actor(user_id=office.users["bo"], name="Bo", email="bo@example.org", is_admin=False, channel="api")
        with pytest.raises(AccessDenied):
            await list_groups(tenant, ACCESS, guest, "role")

    with_rules(database_url, "", work, GROUPS)


def test_creates_at_the_same_time_are_spread_evenly_over_a_role(database_url: str) -> None:
    rules = 'rule "Route" on lead when created then assign to role cfo end'

    async def work(office: Office) -> Counter[str | None]:
        await appoint(office, "role", "cfo", "anna", "bo", "chen")
        await asyncio.gather(*(office.create("lead", {"name": f"Lead {number}"}) for number in range(31)))
        return Counter(await office.owners())

    assert sorted(with_rules(database_url, rules, work, GROUPS).values()) == [10, 10, 11]
