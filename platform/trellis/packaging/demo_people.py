"""The people of the demonstration: who they are, where they sit, and what they may see and do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from trellis.automation.group_members import replace_group_members
from trellis.automation.groups import GroupKind
from trellis.automation.queue_members import replace_members
from trellis.automation.seat_checks import NewMember
from trellis.security.access import AdministratorAccess
from trellis.security.actor import Actor
from trellis.security.passwords import Passwords
from trellis.security.users import NewUser, User, create_user
from trellis.tenancy.tenant import Tenant

LEAD = "anna"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`role`: of the sales package, as `permission_set`; None for one who is an administrator, `beside`: what they have beside it.
    `sells`: whether sample records are theirs."""

    username: str
    name: str
    role: str
    permission_set: str | None
    beside: tuple[str, ...] = ()
    language: str = "en"
    time_zone: str
    sells: bool = True


PEOPLE = (
    Person(username="anna", name="Anna Weber", role="sales_director", permission_set=None, time_zone="Europe/Berlin"),
    Person(
        username="bo",
        name="Bo Lindqvist",
        role="sales_manager",
        permission_set="sales_manager",
        time_zone="Europe/Stockholm",
    ),
    Person(
        username="chen",
        name="陈一鸣",
        role="sales_rep",
        permission_set="sales_rep",
        beside=("renewals",),
        language="zh-Hans",
        time_zone="Asia/Shanghai",
    ),
    Person(
        username="priya", name="Priya Raman", role="sales_rep", permission_set="sales_rep", time_zone="Europe/London"
    ),
    Person(
        username="tomas", name="Tomás Rivera", role="sales_rep", permission_set="sales_rep", time_zone="Europe/Madrid"
    ),
    Person(
        username="mara",
        name="Mara Okafor",
        role="marketing",
        permission_set="marketing",
        time_zone="Europe/Berlin",
        sells=False,
    ),
    Person(
        username="sven",
        name="Sven Dahl",
        role="service",
        permission_set="service_agent",
        time_zone="Europe/Stockholm",
        sells=False,
    ),
    Person(
        username="pia",
        name="Pia Lund",
        role="partner",
        permission_set="partner",
        time_zone="Europe/Copenhagen",
        sells=False,
    ),
)
DESKS = {
    "dach_enterprise": ("anna", "bo"),
    "energy": ("chen", "tomas"),
    "triage": ("bo", "priya", "tomas"),
}


async def create_people(tenant: Tenant, password: str, *, now: datetime) -> dict[str, User]:
    """By user name; all with the same password."""
    password_hash = await Passwords().hash(password)
    users = {}
    for person in PEOPLE:
        new = NewUser(
            username=person.username,
            email=f"{person.username}@kestrel.example",
            name=person.name,
            is_admin=person.permission_set is None,
            language=person.language,
            time_zone=person.time_zone,
            password_hash=password_hash,
        )
        users[person.username] = await create_user(tenant, new, now=now)
    return users


async def seat_people(tenant: Tenant, actor: Actor) -> None:
    """Gives everybody their role and permission set, and seats them at their desks; the sales package is there."""
    access = AdministratorAccess()
    groups: dict[tuple[GroupKind, str], list[str]] = {}
    for person in PEOPLE:
        groups.setdefault(("role", person.role), []).append(person.username)
        if person.permission_set is not None:
            for name in (person.permission_set, *person.beside):
                groups.setdefault(("permission_set", name), []).append(person.username)
    for (kind, name), members in groups.items():
        await replace_group_members(tenant, access, actor, kind, name, members)
    for queue, usernames in DESKS.items():
        await replace_members(tenant, access, actor, queue, [NewMember(user=username) for username in usernames])


def owners(users: Mapping[str, User]) -> list[str]:
    """The ids of those whom sample records belong to."""
    return [users[person.username].id for person in PEOPLE if person.sells]
