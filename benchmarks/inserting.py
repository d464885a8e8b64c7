"""Creating leads in batches through the write pipeline, on PostgreSQL: with rules, without rules, and COPY of the same rows beside them."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

import asyncpg
import sqlalchemy as sa

from tests import servers
from tests.trellis.factory import add_user, administrator, opened_tenant
from trellis.automation.engine import Engine
from trellis.garbage import collect_seldom
from trellis.records.service import Records
from trellis.records.shape import shape_of
from trellis.security.access import AdministratorAccess
from trellis.security.actor import Actor
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

BATCH = 5_000
ROWS = 100_000
GOAL_WITH_RULES = 0.5
GOAL_BESIDE_COPY = 0.3
COUNTRIES = ("DE", "AT", "CH", "FR", "IT", "ES", "PL", "NL", "SE", "DK")
INDUSTRIES = ("Energy", "Utilities", "Software", "Retail", "Health", "Finance", "Transport", "Food")

OBJECTS = {
    "objects/lead.yaml": """
label: Lead
plural_label: Leads
name_field: name
fields:
  name: {type: text, label: Name, required: true}
  company: {type: text, label: Company}
  email: {type: email, label: E-mail}
  phone: {type: phone, label: Phone}
  city: {type: text, label: City}
  country: {type: text, label: Country, length: 2}
  industry: {type: text, label: Industry}
  source: {type: picklist, label: Source, values: [Web, Partner, Trade fair]}
  status: {type: picklist, label: Status, values: [{name: New, default: true}, Working, Lost]}
  rating: {type: picklist, label: Rating, values: [Hot, Warm, Cold]}
  revenue: {type: currency, label: Revenue}
  employees: {type: number, label: Employees}
  score: {type: number, label: Score}
  opened_on: {type: date, label: Opened}
  next_contact_on: {type: date, label: Next contact}
  do_not_contact: {type: checkbox, label: Do not contact}
""",
    "objects/task.yaml": """
label: Task
plural_label: Tasks
name_field: subject
fields:
  subject: {type: text, label: Subject, required: true}
  due_date: {type: date, label: Due}
  lead: {type: lookup, label: Lead, object: lead}
""",
    "queues.yaml": "".join(f"q{number}: {{label: Queue {number}, objects: [lead]}}\n" for number in range(5)),
}

RULES = """
rule "Rate" on lead when created then
    set rating = IF(revenue >= 100000, "Hot", IF(revenue >= 10000, "Warm", "Cold"))
end
rule "Score" on lead when created
if !ISBLANK(email) && employees > 0
then
    set score = MIN(100, employees / 10 + revenue / 10000)
end
rule "Next contact" on lead when created
if rating = "Hot" && !do_not_contact
then
    set next_contact_on = TODAY() + 1
end
rule "Tell of hot leads" on lead when created
if rating = "Hot" && country in ("DE", "AT", "CH")
then
    notify owner via in_app "Hot lead: " & name & ", " & company
end
rule "Call partners' leads" on lead when created
if source = "Partner" && employees >= 4500
then
    create task (subject = "Call " & name, due_date = TODAY() + 1, lead = id)
end
"""


def table_of_assignments() -> str:
    """50 rows, 49 with conditions, of which most name a country, an industry and a size."""
    rows = []
    for number in range(49):
        country, industry = COUNTRIES[number % len(COUNTRIES)], INDUSTRIES[number % len(INDUSTRIES)]
        condition = f'country = "{country}" && industry = "{industry}" && employees >= {number * 50}'
        rows.append(f"    {condition} -> queue q{number % 5} round robin")
    return '\nassignment "Routing" on lead when created\nfirst match\n{}\n    otherwise -> queue q0 round robin\nend\n'.format(
        "\n".join(rows)
    )


def payload(number: int) -> dict[str, Any]:
    chance = random.Random(number)
    return {
        "name": f"Lead {number}",
        "company": f"Company {chance.randrange(5_000)} GmbH",
        "email": f"lead.{number}@example.com",
        "phone": "+49 221 55 1234",
        "city": "Köln",
        "country": chance.choice(COUNTRIES),
        "industry": chance.choice(INDUSTRIES),
        "source": chance.choice(("Web", "Partner", "Trade fair")),
        "revenue": chance.randrange(12_000_000) / 100,
        "employees": chance.randrange(5_000),
        "opened_on": "2026-01-02",
        "do_not_contact": chance.random() < 0.1,
    }


def measure(*, quick: bool = False) -> None:
    """Prints one table. The three take turns, so that a busy machine hits them all."""
    try:
        with servers.postgresql() as url:
            asyncio.run(_measure(url, ROWS // 5 if quick else ROWS))
    except servers.ServerMissing as missing:
        print(f"NOT MEASURED: {missing}")


async def _measure(url: str, rows: int) -> None:
    async with AsyncExitStack() as stack:
        plain = await stack.enter_async_context(opened_tenant(url, OBJECTS))
        ruled = await stack.enter_async_context(
            opened_tenant(url, {**OBJECTS, "rules/leads.rule": RULES + table_of_assignments()})
        )
        await seat_sellers(ruled)
        actor, other = await administrator(plain), await administrator(ruled)
        copying = await _copying(stack, plain, url)
        collect_seldom()
        seconds: dict[str, list[float]] = {"rules": [], "no rules": [], "copy": []}
        for start in range(-BATCH, rows, BATCH):
            payloads = [payload(number) for number in range(max(0, start), max(0, start) + BATCH)]
            with_rules = await _create(ruled, other, payloads)
            without = await _create(plain, actor, payloads)
            copied = await _copy(copying, plain)
            if start >= 0:  # the first batch warms up
                for name, took in zip(seconds, (with_rules, without, copied), strict=True):
                    seconds[name].append(took)
    _report(seconds, rows)


def _report(seconds: dict[str, list[float]], rows: int) -> None:
    rate = {name: BATCH / statistics.median(times) for name, times in seconds.items()}
    print(
        f"\nPostgreSQL: {rows:,} leads in batches of {BATCH:,}, one assignment table of 50 rows and 5 rules; median batch"
    )
    print(f"{'':14}{'rows/s':>12}{'ratio':>8}{'goal':>7}")
    cases = (
        ("rules", "rules", "no rules", GOAL_WITH_RULES),
        ("no rules", "no rules", "copy", GOAL_BESIDE_COPY),
    )
    for title, one, beside, goal in cases:
        ratio = rate[one] / rate[beside]
        mark = "" if ratio >= goal else "  below the goal"
        print(f"{title:14}{rate[one]:>12,.0f}{ratio:>8.2f}{goal:>7}{mark}")
    print(f"{'asyncpg COPY':14}{rate['copy']:>12,.0f}")


async def _create(tenant: Tenant, actor: Actor, payloads: Sequence[dict[str, Any]]) -> float:
    access = AdministratorAccess()
    records = Records(tenant, Engine(lambda _: None, access), access)
    start = time.perf_counter()
    await records.create(actor, "lead", payloads)
    return time.perf_counter() - start


async def seat_sellers(tenant: Tenant) -> None:
    users = [await add_user(tenant, f"seller{number}") for number in range(10)]
    for queue in range(5):
        for position, user in enumerate(users[queue : queue + 5]):
            values = {
                "queue": f"q{queue}",
                "user_id": user,
                "position": position,
                "weight": 1,
                "capacity": None,
                "is_absent": False,
            }
            statement = prepare(sa.insert(tenant.tables.queue_member).values(values), "postgresql")
            await tenant.database.write(lambda transaction, statement=statement: transaction.execute(statement))  # type: ignore[misc]


async def _copying(stack: AsyncExitStack, tenant: Tenant, url: str) -> asyncpg.Connection:
    """A connection, and a table like that of the leads, with its indexes and foreign keys."""
    connection = await asyncpg.connect(url)
    stack.push_async_callback(connection.close)
    schema = tenant.database.schema
    await connection.execute(f'CREATE TABLE "{schema}".copied (LIKE "{schema}".lead INCLUDING ALL)')
    foreign_keys = await connection.fetch(
        "SELECT pg_get_constraintdef(oid) AS said FROM pg_constraint WHERE contype = 'f' AND conrelid = $1::regclass",
        f'"{schema}".lead',
    )
    for one in foreign_keys:
        await connection.execute(f'ALTER TABLE "{schema}".copied ADD {one["said"]}')
    return connection


async def _copy(connection: asyncpg.Connection, tenant: Tenant) -> float:
    """The rows that were just created, by one COPY; reading them is not timed."""
    compiled = await tenant.compiled()
    columns = [column.name for field in shape_of(compiled, "lead").stored.values() for column in field.columns]
    schema = tenant.database.schema
    names = ", ".join(f'"{name}"' for name in columns)
    rows = await connection.fetch(f'SELECT {names} FROM "{schema}".lead ORDER BY id DESC LIMIT {BATCH}')
    records = [tuple(row) for row in rows]
    start = time.perf_counter()
    async with connection.transaction():
        await connection.copy_records_to_table("copied", schema_name=schema, columns=columns, records=records)
    return time.perf_counter() - start


if __name__ == "__main__":
    measure(quick=True)
