"""Simulating drafts over 1,000,000 leads on PostgreSQL: one rule with a condition; beside it an assignment table of 50 rows and five
rules together, for which there is no goal."""

from __future__ import annotations

import asyncio
import time

import sqlalchemy as sa

from benchmarks.inserting import COUNTRIES, INDUSTRIES, OBJECTS, RULES, seat_sellers, table_of_assignments
from tests import servers
from tests.trellis.factory import administrator, opened_tenant
from trellis.security.access import AdministratorAccess
from trellis.simulation.question import Question
from trellis.simulation.service import Simulations
from trellis.tenancy.tenant import Tenant

ROWS = 1_000_000
GOAL_S = 5.0
ROUNDS = 3
ONE_RULE = """
rule "Hot" on lead when saved
if country in ("DE", "AT", "CH") && revenue >= 100000 && !do_not_contact
then
    set rating = IF(employees > 1000, "Hot", "Warm")
    assign to queue q1 round robin
    notify owner via in_app "Hot lead: " & name
end
"""
DRAFTS = {"one rule": (ONE_RULE, GOAL_S), "50 rows and 5 rules": (RULES + table_of_assignments(), None)}


def measure(*, quick: bool = False) -> None:
    """Prints one table: the least of some rounds, with ten records gone through one by one."""
    try:
        with servers.postgresql() as url:
            asyncio.run(_measure(url, ROWS // 10 if quick else ROWS))
    except servers.ServerMissing as missing:
        print(f"NOT MEASURED: {missing}")


async def _measure(url: str, rows: int) -> None:
    async with opened_tenant(url, OBJECTS) as tenant:
        await _fill(tenant, rows)
        await seat_sellers(tenant)
        actor = await administrator(tenant)
        simulations = Simulations(tenant, AdministratorAccess())
        print(f"\nSimulating over {rows:,} leads on PostgreSQL, the least of {ROUNDS} rounds")
        print(f"{'':24}{'seconds':>9}{'goal':>7}{'matches':>11}")
        for name, (draft, goal_s) in DRAFTS.items():
            taken = []
            for _ in range(ROUNDS):
                start = time.perf_counter()
                found = await simulations.simulate(actor, Question(source=draft, object="lead", shown=10))
                taken.append(time.perf_counter() - start)
            assert (found.counts.counted_by, found.counts.looked_at) == ("database", rows)
            matches = max(one.matches for one in found.counts.statements)
            mark = "" if goal_s is None or min(taken) <= goal_s else "  missed"
            print(f"{name:24}{min(taken):>9.2f}{goal_s or '':>7}{matches:>11,}{mark}")


async def _fill(tenant: Tenant, rows: int) -> None:
    """By one statement; the values vary with the number of the row."""
    schema = tenant.database.schema

    def chosen(values: tuple[str, ...], by: int) -> str:
        listed = ", ".join(f"'{value}'" for value in values)
        return f"(ARRAY[{listed}])[1 + (n * {by} / 7) % {len(values)}]"

    columns = {
        "id": "md5(n::text)::uuid",
        "name": "'Lead ' || n",
        "company": "'Company ' || n % 5000",
        "email": "'lead.' || n || '@example.com'",
        "city": "'Köln'",
        "country": chosen(COUNTRIES, 3),
        "industry": chosen(INDUSTRIES, 5),
        "source": chosen(("Web", "Partner", "Trade fair"), 11),
        "status": "'New'",
        "rating": chosen(("Hot", "Warm", "Cold"), 13),
        "revenue": "(n::bigint * 7919 % 12000000) / 100.0",
        "employees": "n * 31 % 5000",
        "do_not_contact": "n % 10 = 0",
        "owner": "u.id",
        "created_at": "now()",
        "updated_at": "now()",
        "created_by": "u.id",
        "updated_by": "u.id",
        "version": "1",
    }
    names = ", ".join(f'"{name}"' for name in columns)
    user = f'(SELECT id FROM "{schema}".trellis_user LIMIT 1)'
    insert = f'INSERT INTO "{schema}".lead ({names}) SELECT {", ".join(columns.values())} FROM generate_series(1, {rows}) n, {user} u'

    def work(connection: sa.Connection) -> None:
        connection.execute(sa.text(insert))
        connection.execute(sa.text(f'ANALYZE "{schema}".lead'))

    await tenant.database.run(work)


if __name__ == "__main__":
    measure()
