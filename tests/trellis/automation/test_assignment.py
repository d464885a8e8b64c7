"""Who gets a record: tables, users, queues and their strategies. On both databases."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa

from tests.trellis.automation.rules import Office, with_rules
from trellis.automation.errors import RuleFailed


def leads(count: int, **values: Any) -> list[dict[str, Any]]:
    return [{"name": f"Lead {number}", **values} for number in range(count)]


def test_the_first_row_that_fits_decides(database_url: str) -> None:
    rules = """
assignment "Routing" on lead
when created
first match
    country = "DE"             -> user "anna"
    country in ("DE", "FR")    -> queue east round robin
    !ISBLANK(account)          -> user account.owner
    otherwise                  -> queue west
end
"""

    async def work(office: Office) -> None:
        await office.seat("east", "bo")
        [account] = await office.create("account", {"name": "A", "owner": office.users["chen"]})
        payloads = [{"country": "DE"}, {"country": "FR"}, {"account": account}, {}]
        await office.create("lead", *({"name": str(number), **values} for number, values in enumerate(payloads)))
        assert await office.owners() == ["anna", "bo", "chen", None]
        assert [row["owner_queue"] for row in await office.rows("lead", "owner_queue")] == [None, None, None, "west"]

    with_rules(database_url, rules, work)


def test_a_long_table_decides_as_if_each_row_were_asked_in_turn(database_url: str) -> None:
    rows = [
        f'country = "{country}" && revenue >= {low} && revenue < {low + 30} -> user "{user}"'
        for low in range(0, 60, 20)
        for country, user in (("DE", "anna"), ("FR", "bo"))
    ]
    rules = f"""
assignment "Routing" on lead
when created
first match
    {" ".join(rows)}
    loud_name = "VIP" -> user "chen"
    country = "AT" || ISBLANK(revenue) -> user "bo"
    100 / revenue > 1 && country = "IT" -> user "anna"
    otherwise -> queue west
end
"""

    def expected(name: str, country: str | None, revenue: int | None) -> str | None:
        if revenue is not None and revenue < 70 and country in ("DE", "FR"):
            return "anna" if country == "DE" else "bo"
        if name == "VIP":
            return "chen"
        if country == "AT" or revenue is None:
            return "bo"
        return "anna" if revenue < 100 and country == "IT" else None

    async def work(office: Office) -> None:
        given = [
            (name, country, revenue)
            for name in ("Vip", "Other")
            for country in ("DE", "FR", "AT", "IT", None)
            for revenue in (None, 5, 30, 69, 70, 120)
        ]
        await office.create(
            "lead", *({"name": name, "country": country, "revenue": revenue} for name, country, revenue in given)
        )
        assert await office.owners() == [expected(name.upper(), *rest) for name, *rest in given]
        await office.create("lead", {"name": "Zero in a row that decides before", "country": "AT", "revenue": 0})
        with pytest.raises(RuleFailed, match="zero"):
            await office.create("lead", {"name": "Zero", "country": "IT", "revenue": 0})

    with_rules(database_url, rules, work)


def test_a_bulk_create_is_spread_evenly(database_url: str) -> None:
    rules = 'rule "Route" on lead when created then assign to queue east round robin end'

    async def work(office: Office) -> None:
        await office.hire("dora")
        await office.seat("east", "anna", "bo", "chen", "dora")
        await office.create("lead", *leads(1))
        await office.create("lead", *leads(200))
        shares = Counter(await office.owners())
        assert sorted(shares.values()) == [50, 50, 50, 51]

    with_rules(database_url, rules, work)


def test_rules_share_the_turns_of_a_queue(database_url: str) -> None:
    rules = """
rule "A" on lead when created if country = "DE" then assign to queue east round robin end
rule "B" on lead when created if country = "FR" then assign to queue east round robin end
"""

    async def work(office: Office) -> None:
        await office.seat("east", "anna", "bo")
        for country in ("DE", "FR") * 3:
            await office.create("lead", *leads(1, country=country))
        assert await office.owners() == ["anna", "bo"] * 3

    with_rules(database_url, rules, work)


def test_who_is_inactive_or_absent_is_skipped(database_url: str) -> None:
    rules = 'rule "Route" on lead when created then assign to queue east round robin end'

    async def work(office: Office) -> None:
        await office.hire("gone", is_active=False)
        await office.seat("east", "gone", "anna", "bo")
        await office.seat("east", "chen", is_absent=True)
        await office.create("lead", *leads(10))
        assert Counter(await office.owners()) == {"anna": 5, "bo": 5}

    with_rules(database_url, rules, work)


@pytest.mark.parametrize("strategy", ["", "round robin", "least loaded", "weighted (anna 2, bo 1)"])
def test_records_wait_with_a_queue_that_nobody_sits_at(
    database_url: str, strategy: str, caplog: pytest.LogCaptureFixture
) -> None:
    rules = f'rule "Route" on lead when created then assign to queue east {strategy} end'

    async def work(office: Office) -> None:
        await office.create("lead", *leads(3))
        assert await office.owners() == [None] * 3
        assert {row["owner_queue"] for row in await office.rows("lead", "owner_queue")} == {"east"}
        assert ("nobody at queue east can take 3 of 3 records" in caplog.text) == bool(strategy)

    with_rules(database_url, rules, work)


def test_weights(database_url: str) -> None:
    rules = 'rule "Route" on lead when created then assign to queue east weighted (anna 3, bo 1) end'

    async def work(office: Office) -> None:
        await office.seat("east", "anna", "bo", "chen")
        for _ in range(4):
            await office.create("lead", *leads(10))
        assert Counter(await office.owners()) == {"anna": 30, "bo": 10}

    with_rules(database_url, rules, work)


def test_least_loaded_counts_what_is_there_and_what_it_gives(database_url: str) -> None:
    rules = """
rule "Route" on lead when created if ISBLANK(country) then
    assign to queue east least loaded by lead where lead.status <> "Lost"
end
"""

    async def work(office: Office) -> None:
        await office.seat("east", "anna", "bo", "chen")
        await office.create("lead", *leads(5, country="DE", owner=office.users["anna"]))
        await office.create("lead", *leads(9, country="DE", owner=office.users["bo"], status="Lost"))
        await office.create("lead", *leads(8))
        given = Counter(
            owner
            for owner, row in zip(await office.owners(), await office.rows("lead", "country"), strict=True)
            if not row["country"]
        )
        assert given == {"chen": 4, "bo": 4}

    with_rules(database_url, rules, work)


def test_capacity(database_url: str) -> None:
    rules = 'rule "Route" on lead when created then assign to queue east least loaded within capacity 2 end'

    async def work(office: Office) -> None:
        await office.seat("east", "anna")
        await office.seat("east", "bo", capacity=1)
        await office.create("lead", *leads(5))
        assert Counter(await office.owners()) == {"anna": 2, "bo": 1, None: 2}

    with_rules(database_url, rules, work)


@pytest.mark.parametrize("user", ['"gone"', '"nobody"', "account.owner"])
def test_nobody_is_assigned_who_is_not_there(database_url: str, user: str, caplog: pytest.LogCaptureFixture) -> None:
    rules = f'rule "Route" on lead when created then assign to user {user} end'

    async def work(office: Office) -> None:
        await office.hire("gone", is_active=False)
        await office.create("lead", *leads(1, owner=office.users["bo"]))
        assert await office.owners() == ["bo"]
        assert "names no active user" in caplog.text

    with_rules(database_url, rules, work)


def test_an_assignment_takes_a_record_from_its_queue(database_url: str) -> None:
    rules = """
rule "Queue" on lead when created then assign to queue west end
rule "Take" on lead when status changes to "Working" then assign to user $User.id end
"""

    async def work(office: Office) -> None:
        [record_id] = await office.create("lead", *leads(1))
        await office.update("lead", record_id, status="Working")
        assert await office.one("lead", "owner", "owner_queue") == {"owner": office.actor.user_id, "owner_queue": None}

    with_rules(database_url, rules, work)


def test_two_hundred_leads_cost_as_many_statements_as_two(database_url: str) -> None:
    rules = """
rule "Route" on lead when created then
    assign to queue east round robin
    set rating = "Hot"
    notify owner via in_app, email with template hello
    create task (subject = name, lead = id)
end
"""

    async def work(office: Office) -> None:
        await office.seat("east", "anna", "bo")
        counts = []
        for size in (2, 200):
            with counted_statements(office) as count:
                await office.create("lead", *leads(size))
            counts.append(count[0])
        assert counts[0] == counts[1]
        assert counts[1] < 25

    with_rules(database_url, rules, work)


class counted_statements:  # noqa: N801  used as a function
    def __init__(self, office: Office) -> None:
        self._database: Any = office.tenant.database
        self.count = [0]

    def __enter__(self) -> list[int]:
        self._write = self._database.write

        async def write(work: Any) -> Any:
            return await self._write(lambda transaction: work(_Counting(transaction, self.count)))

        self._database.write = write
        return self.count

    def __exit__(self, *_: object) -> None:
        del self._database.write


class _Counting:
    def __init__(self, transaction: Any, count: list[int]) -> None:
        self._transaction = transaction
        self._count = count
        self.dialect = transaction.dialect

    def __getattr__(self, name: str) -> Any:
        self._count[0] += 1
        return getattr(self._transaction, name)


def test_the_counter_is_one_row_for_a_queue(database_url: str) -> None:
    rules = 'rule "Route" on lead when created then assign to queue east round robin end'

    async def work(office: Office) -> None:
        await office.seat("east", "anna", "bo")
        await office.create("lead", *leads(3))
        counter = office.tenant.tables.counter
        rows = await office.fetch(sa.select(counter.c.name, counter.c.value).where(counter.c.name.startswith("queue:")))
        assert [tuple(row) for row in rows] == [("queue:east", 3)]

    with_rules(database_url, rules, work)


def test_creates_at_the_same_time_are_spread_evenly(database_url: str) -> None:
    rules = 'rule "Route" on lead when created then assign to queue east round robin end'

    async def work(office: Office) -> None:
        await office.seat("east", "anna", "bo", "chen")
        count = int(os.environ.get("PARALLEL_CREATES", "1000"))
        await asyncio.gather(*(office.create("lead", {"name": f"Lead {number}"}) for number in range(count)))
        shares = Counter(row["owner"] for row in await office.rows("lead", "owner"))
        assert sum(shares.values()) == count
        assert len(shares) == 3
        assert max(shares.values()) - min(shares.values()) <= 1

    with_rules(database_url, rules, work)


def test_sticky_goes_to_whoever_has_the_account_and_is_there(database_url: str) -> None:
    rules = """
assignment "Route" on lead when created or country changes first match
    otherwise -> queue east sticky by account
end
"""

    async def work(office: Office) -> None:
        await office.hire("dora")
        await office.seat("east", "anna", "bo")
        one, two, three = await office.create("account", {"name": "1"}, {"name": "2"}, {"name": "3"})
        first, *_ = await office.create(
            "lead", *({"name": "L", "account": account} for account in (one, two, one, None, two, three, three))
        )
        assert await office.owners() == ["anna", "bo", "anna", "anna", "bo", "bo", "bo"]

        await office.update("lead", first, owner=office.users["dora"])
        await office.create("lead", {"name": "L", "account": one}, {"name": "L", "account": three})
        assert (await office.owners())[-2:] == ["anna", "bo"]

    with_rules(database_url, rules, work)


@pytest.mark.parametrize("strategy", ["round robin", "weighted (anna 2, bo 1)", "sticky by country"])
def test_every_strategy_can_have_a_capacity(database_url: str, strategy: str) -> None:
    rules = f"""
rule "Route" on lead when created then
    assign to queue east {strategy} within capacity 2 by lead where lead.status = "New"
end
"""

    async def work(office: Office) -> None:
        await office.seat("east", "anna", "bo")
        await office.create("lead", {"name": "Old", "owner": office.users["bo"], "status": "Lost"})
        await office.create("lead", *leads(3))
        await office.create("lead", *leads(2))
        shares = Counter((await office.owners())[1:])
        assert shares == {"anna": 2, "bo": 2, None: 1}

    with_rules(database_url, rules, work)


CALENDAR = {
    "calendars.yaml": """
office: {label: Office, time_zone: Asia/Shanghai, hours: {friday: ["18:00-20:00"]}}
desk: {label: Desk, time_zone: Europe/Berlin, hours: {friday: ["13:00-14:00"]}}
"""
}


@pytest.mark.parametrize(
    ("strategy", "owners"),
    [
        ("round robin during business hours desk", ["anna", "bo"]),  # it is Friday, 13:00 in Berlin
        ("round robin during business hours office", [None, None]),  # and 20:00 in Shanghai
        ("least loaded within capacity 1 during business hours desk", ["anna", "bo"]),
        ("sticky by account during business hours office", [None, None]),
    ],
)
def test_records_wait_outside_of_the_hours_of_a_calendar(
    database_url: str, strategy: str, owners: list[str | None]
) -> None:
    rules = f'rule "Route" on lead when created then assign to queue east {strategy} end'

    async def work(office: Office) -> None:
        await office.seat("east", "anna", "bo")
        await office.create("lead", *leads(2))
        assert await office.owners() == owners
        waiting = [row["owner_queue"] for row in await office.rows("lead", "owner_queue")]
        assert waiting == [None if owner else "east" for owner in owners]

    with_rules(database_url, rules, work, CALENDAR)


def test_what_counts_may_depend_on_the_record(database_url: str) -> None:
    rules = """
rule "Route" on lead when created if ISBLANK(owner.manager) then
    assign to queue east least loaded by lead where lead.account = account && lead.status <> "Lost"
end
"""

    async def work(office: Office) -> None:
        await office.hire("boss")
        await office.hire("dora", manager=office.users["boss"])
        await office.seat("east", "anna", "bo")
        one, two, three = await office.create("account", {"name": "1"}, {"name": "2"}, {"name": "3"})
        await office.create("lead", *leads(2, account=one, owner=office.users["dora"]))
        anna_has = await office.create("lead", *leads(3, account=one, owner=office.users["dora"]))
        for lead in anna_has:
            await office.update("lead", lead, owner=office.users["anna"])
        bo_has, *_ = await office.create("lead", {"name": "L", "account": two, "owner": office.users["dora"]})
        await office.update("lead", bo_has, owner=office.users["bo"])
        accounts = (one, two, one, two, three, one, one, one)
        await office.create("lead", *({"name": "L", "account": account} for account in accounts))
        given = list(zip(accounts, (await office.owners())[-8:], strict=True))
        assert Counter(owner for account, owner in given if account == one) == {"bo": 4, "anna": 1}
        assert [owner for account, owner in given if account == two] == ["anna", "anna"] or [
            owner for account, owner in given if account == two
        ] == ["anna", "bo"]

    with_rules(database_url, rules, work)


@pytest.mark.parametrize(
    "where",
    [
        "lead.revenue > revenue / 2 && lead.country = country",
        "LET(half, revenue / 2, lead.revenue > half && lead.country = UPPER(country))",
        "lead.revenue > IF(ISNEW(), revenue / 2, 0) && TEXT(lead.status) = TEXT(status) && lead.country = country",
        "lead.created_at <= NOW() && lead.revenue * 2 > revenue && lead.country = account.tier",
        "(lead.country = country || COUNT(tasks) > 0) && lead.revenue >= MAX(revenue / 2, 0.01) && lead.rating = rating",
    ],
)
def test_any_condition_may_read_the_record(database_url: str, where: str) -> None:
    rules = f"""
rule "Route" on lead when created if name = "New" then
    assign to queue east round robin within capacity 1 by lead where {where}
end
"""

    async def work(office: Office) -> list[str | None]:
        await office.seat("east", "anna", "bo")
        [account] = await office.create("account", {"name": "1", "tier": "DE"})
        of_anna = {"owner": office.users["anna"], "account": account, "rating": "Hot"}
        await office.create("lead", {"name": "Old", "country": "DE", "revenue": 60.5, **of_anna})
        await office.create(
            "lead", {"name": "Old", "country": "FR", "revenue": 70, **of_anna, "owner": office.users["bo"]}
        )
        new = {"name": "New", "account": account, "country": "DE", "revenue": 100, "rating": "Hot"}
        await office.create("lead", new, {**new, "revenue": 1000}, {**new, "revenue": 120.98})
        return (await office.owners())[-3:]

    assert with_rules(database_url, rules, work) == ["bo", "anna", "bo"]
