"""A company of 1,000 people in five levels of roles, with private deals, twenty sharing rules and teams; one of them sees 1% of all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from tests.trellis.factory import administrator
from trellis.automation.group_members import replace_group_members
from trellis.ids import new_id
from trellis.security.access import AdministratorAccess
from trellis.security.actor import Actor
from trellis.security.permissions import with_grants
from trellis.security.users import get_user
from trellis.storage.codecs import encoder
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

PEOPLE = 1_000
REGIONS = 2_000
BRANCHES = (1, 4, 20, 100, 370)
"""How many roles there are on each of the five levels."""
MEMBER = "u50"
"""Has a role of the fourth level: four roles or so report to it."""


def moved_roles() -> str:
    """The pool, which everybody is in, reports to the member now."""
    place = next(name for name, people in _seats().items() if people == [MEMBER])
    return _roles(f", reports_to: {place}")


def _roles(of_pool: str = "") -> str:
    roles = [f"pool: {{label: Pool{of_pool}}}\n"]
    for level, count in enumerate(BRANCHES):
        for number in range(count):
            above = f", reports_to: r{level - 1}_{number * BRANCHES[level - 1] // count}" if level else ""
            roles.append(f"r{level}_{number}: {{label: Level {level} number {number}{above}}}\n")
    return "".join(roles)


def files() -> dict[str, str]:
    regions = (
        f"  region_{number}: {{label: Region {number}, when: 'region = \"R{number}\"', share_with: [{{team: t{number}}}]}}\n"
        for number in range(15)
    )
    owned = (
        f"  owned_{number}: {{label: Owned {number}, owned_by: [{{role: r4_{200 + number}}}], share_with: [{{team: t{1 + number}}}]}}\n"
        for number in range(5)
    )
    return {
        "objects/deal.yaml": DEAL,
        "roles.yaml": _roles(),
        "teams.yaml": "".join(f"t{number}: {{label: Team {number}}}\n" for number in range(15)),
        "sharing/deal.yaml": "".join(["rules:\n", *regions, *owned]),
        "permissions/sales.yaml": "label: Sales\nobjects:\n  deal: {rights: [create, edit, delete]}\n",
    }


DEAL = """\
label: Deal
plural_label: Deals
name_field: name
sharing: private
fields:
  name: {type: text, label: Name, length: 80, required: true}
  region: {type: text, label: Region, length: 10, indexed: true}
  segment: {type: text, label: Segment, length: 10, indexed: true}
  stage: {type: picklist, label: Stage, values: [New, Won, Lost]}
  amount: {type: currency, label: Amount}
  close_date: {type: date, label: Close date, indexed: true}
  note: {type: text, label: Note, length: 200}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the member sees of the `rows` has the segment "mine", by which the administrator asks for the same."""

    tenant: Tenant
    admin: Actor
    member: Actor
    rows: int


async def build(tenant: Tenant, rows: int) -> Site:
    admin = await administrator(tenant)
    await _hire(tenant, admin)
    await _fill(tenant, rows)
    user = await get_user(tenant, MEMBER)
    actor = Actor(user_id=user.id, name=user.name, email=user.email, is_admin=False, channel="api")
    member = with_grants(actor, user.grants, (await tenant.compiled()).model)
    return Site(tenant=tenant, admin=admin, member=member, rows=rows)


async def _hire(tenant: Tenant, admin: Actor) -> None:
    """Most have a role of the last level; a person has one role."""
    dialect = tenant.database.dialect
    now = encoder(ColumnKind.DATETIME, dialect)(datetime.now(UTC))
    flag = encoder(ColumnKind.BOOLEAN, dialect)
    given = {
        "language": "en",
        "time_zone": "UTC",
        "is_active": flag(True),
        "is_admin": flag(False),
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
    people = [
        {"id": new_id(), "username": f"u{one}", "name": f"Person {one}", "email": f"u{one}@example.org", **given}
        for one in range(PEOPLE)
    ]
    insert = prepare(sa.insert(tenant.tables.user).values({name: sa.bindparam(name) for name in people[0]}), dialect)
    await tenant.database.write(lambda transaction: transaction.execute_many(insert, people))
    access = AdministratorAccess()
    everybody = [f"u{one}" for one in range(PEOPLE)]
    for name, members in {**_seats(), "pool": everybody}.items():
        await replace_group_members(tenant, access, admin, "role", name, members)
    for team in range(15):
        members = [f"u{one}" for one in range(team, PEOPLE, 50)]
        await replace_group_members(
            tenant, access, admin, "team", f"t{team}", sorted({*members, MEMBER} if team < 2 else members)
        )
    await replace_group_members(tenant, access, admin, "permission_set", "sales", everybody)


def _seats() -> dict[str, list[str]]:
    """One person for each role of the upper levels; the others share the roles of the last."""
    seats: dict[str, list[str]] = {}
    number = 0
    for level, count in enumerate(BRANCHES[:-1]):
        for place in range(count):
            seats[f"r{level}_{place}"] = [f"u{number}"]
            number += 1
    rest = [f"u{one}" for one in range(number, PEOPLE)]
    for place in range(BRANCHES[-1]):
        seats[f"r4_{place}"] = rest[place :: BRANCHES[-1]]
    return seats


def _owners() -> list[str]:
    """Whose deals the member sees: their own, those of who reports to them, and those that a rule opens to their team."""
    seats = _seats()
    place = next(int(name.removeprefix("r3_")) for name, people in seats.items() if people == [MEMBER])
    last, count = BRANCHES[-2:]
    below = [f"r4_{number}" for number in range(count) if number * last // count == place]
    return [MEMBER, *(person for role in (*below, "r4_200") for person in seats[role])]


async def _fill(tenant: Tenant, rows: int) -> None:
    """By one statement. Owners in turn; most are owned by people of whom the member sees none: 37 of 1,000 own what they see."""
    prefix = _prefix(tenant)
    if tenant.database.dialect == "postgresql":
        source = f"generate_series(1, {rows}) AS s(n)"
        key, stamp, day = "md5(n::text)::uuid", "now()", "DATE '2026-01-01' + (n * 7 % 700)"
    else:
        source = (
            f"(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {rows}) SELECT n FROM s) AS s"
        )
        key = "printf('01900000-0000-7000-8000-%012x', n)"
        stamp, day = "'2026-01-01T00:00:00.000Z'", "date('2026-01-01', '+' || (n * 7 % 700) || ' days')"
    owners = ", ".join(f"'{username}'" for username in _owners())
    columns = {
        "id": key,
        "name": "'Deal ' || n",
        "region": f"'R' || (n * 31 % {REGIONS})",
        "segment": f"CASE WHEN u.username IN ({owners}) OR n * 31 % {REGIONS} IN (0, 1) THEN 'mine' ELSE 's' || (n % 100) END",
        "stage": "'New'",
        "amount": "n % 90000",
        "close_date": day,
        "note": "'Something to be said about deal ' || n",
        "owner": "u.id",
        "created_at": stamp,
        "updated_at": stamp,
        "created_by": "u.id",
        "updated_by": "u.id",
        "version": "1",
    }
    people = f"(SELECT id, username, row_number() OVER (ORDER BY username) - 1 AS place FROM {prefix}trellis_user WHERE username LIKE 'u%')"
    names = ", ".join(f'"{name}"' for name in columns)
    text = (
        f"INSERT INTO {prefix}deal ({names}) SELECT {', '.join(columns.values())} FROM {source} "
        f"JOIN {people} AS u ON u.place = s.n * 13 % {PEOPLE}"
    )

    def work(connection: sa.Connection) -> None:
        connection.exec_driver_sql(text)
        connection.exec_driver_sql("ANALYZE")

    await tenant.database.run(work)


def _prefix(tenant: Tenant) -> str:
    return f'"{tenant.database.schema}".' if tenant.database.schema else ""
