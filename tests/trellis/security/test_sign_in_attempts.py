"""Slowing down those who guess: what is counted, where, and how long one waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from argon2 import Parameters, PasswordHasher, extract_parameters

from tests.trellis.security.tenants import open_tenant, with_tenant
from trellis.security.credentials import Begun
from trellis.security.identity import Identities, SignInFailed
from trellis.security.session_times import SessionTimes
from trellis.security.sign_in.attempts import forget_old_attempts, network_of, sign_in_keys
from trellis.security.sign_in.backoff import Failures, Limit, one_less, one_more, wait_left
from trellis.security.sign_in.history import list_sign_ins
from trellis.security.throttle import TooManyAttempts
from trellis.security.users import NewUser, User, create_user
from trellis.storage.database import Statement
from trellis.storage.prepare import prepare
from trellis.tenancy.directory import Directory
from trellis.tenancy.tenant import Tenant

PASSWORD = "correct horse battery"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOME, AWAY = Begun(address="10.0.0.1"), Begun(address="203.0.113.9")


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Door:
    """Two processes of one installation, which share nothing but the tenant's database."""

    def __init__(self, directory: Directory, tenant: Tenant) -> None:
        self.tenant = tenant
        self.clock = Clock()
        self.processes = [
            Identities(directory.find, times=SessionTimes(lifetime=timedelta(hours=1)), clock=self.clock)
            for _ in range(2)
        ]
        self._turn = 0

    async def knock(self, login: str, password: str, begun: Begun = HOME) -> None:
        self._turn += 1
        process = self.processes[self._turn % 2]
        await process.sign_in(self.tenant.name, login, password, begun=begun)

    async def fail(self, login: str, times: int, begun: Begun = HOME) -> None:
        for _ in range(times):
            with pytest.raises(SignInFailed):
                await self.knock(login, "wrong password", begun)

    async def wait_s(self, login: str, begun: Begun = HOME) -> int:
        """How long one has to wait who knows the password."""
        with pytest.raises(TooManyAttempts) as refused:
            await self.knock(login, PASSWORD, begun)
        return refused.value.retry_after_s


@pytest.fixture
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> list[Parameters]:
    """What the hashes that were checked would have cost; in their place texts are compared."""
    costs: list[Parameters] = []

    def verify(_: PasswordHasher, password_hash: str, password: str) -> bool:
        costs.append(extract_parameters(password_hash))
        return password == PASSWORD

    monkeypatch.setattr(PasswordHasher, "verify", verify)
    return costs


_HASH = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(PASSWORD)


async def _user(tenant: Tenant, username: str) -> User:
    new = NewUser(username=username, email=f"{username}@example.com", name=username.title(), password_hash=_HASH)
    return await create_user(tenant, new, now=NOW)


def _at_the_door(database_url: str, folder: Path, work: Callable[[Door], Awaitable[None]]) -> None:
    async def run(directory: Directory, tenant: Tenant) -> None:
        await _user(tenant, "mei")
        await work(Door(directory, tenant))

    with_tenant(database_url, folder, run)


def test_processes_count_together_and_the_wait_doubles(
    database_url: str, tmp_path: Path, cheap_hashes: list[Parameters]
) -> None:
    async def work(door: Door) -> None:
        await door.fail("mei", 5)
        waits = []
        for _ in range(4):
            waits.append(await door.wait_s("MEI"))
            door.clock.now += timedelta(seconds=waits[-1])
            await door.fail("mei", 1)
        assert waits == [2, 4, 8, 16]
        table = door.tenant.tables.audit
        count = sa.select(sa.func.count()).where(table.c.event == "locked_out")
        statement = prepare(count, door.tenant.database.dialect)
        row = await door.tenant.database.read(lambda transaction: transaction.fetch_one(statement))
        assert row is not None
        assert row[0] == 5

    _at_the_door(database_url, tmp_path, work)


def test_success_forgets_and_so_does_time(database_url: str, tmp_path: Path, cheap_hashes: list[Parameters]) -> None:
    async def work(door: Door) -> None:
        await door.fail("mei", 4)
        await door.knock("mei", PASSWORD)
        await door.fail("mei", 4)
        await door.knock("mei", PASSWORD)
        await door.fail("mei", 5)
        door.clock.now += timedelta(days=1, minutes=1)
        await door.fail("mei", 4)
        await door.knock("mei", PASSWORD)
        door.clock.now += timedelta(days=2)
        assert await forget_old_attempts(door.tenant, now=door.clock.now) == 1  # that of the place

    _at_the_door(database_url, tmp_path, work)


def test_guesses_from_many_places_are_counted_for_the_user(tmp_path: Path, cheap_hashes: list[Parameters]) -> None:
    async def work(door: Door) -> None:
        await door.knock("mei", PASSWORD, HOME)
        for number in range(10):
            await door.fail("mei", 1, Begun(address=f"203.0.113.{number}"))
        assert await door.wait_s("mei", Begun(address="203.0.113.99")) == 2
        await door.knock("mei", PASSWORD, HOME)  # one is not kept out of where one has come from lately

    _at_the_door("", tmp_path, work)


def test_guesses_at_many_users_are_counted_for_the_place(tmp_path: Path, cheap_hashes: list[Parameters]) -> None:
    async def work(door: Door) -> None:
        await door.knock("mei", PASSWORD, AWAY)
        for number in range(50):
            await door.fail(f"user{number}", 1, AWAY)
        with pytest.raises(TooManyAttempts):
            await door.knock("bo", "wrong password", AWAY)
        await door.knock("mei", PASSWORD, AWAY)
        with pytest.raises(TooManyAttempts):
            await door.knock("bo", "wrong password", AWAY)

    _at_the_door("", tmp_path, work)


def test_a_user_who_is_not_there_waits_like_one_who_is(tmp_path: Path, cheap_hashes: list[Parameters]) -> None:
    async def work(door: Door) -> None:
        for login in ("mei", "nobody"):
            await door.fail(login, 5)
            assert await door.wait_s(login) == 2

    _at_the_door("", tmp_path, work)


def test_all_who_fail_cost_the_same_work(tmp_path: Path, cheap_hashes: list[Parameters]) -> None:
    """One hash of one cost, and the same statements in the same order: so time does not tell who is there."""

    async def run() -> None:
        async with open_tenant("", tmp_path) as (directory, tenant):
            await _user(tenant, "mei")
            frozen = await _user(tenant, "bo")
            door = Door(directory, tenant)
            table = tenant.tables.user
            freeze = table.update().where(table.c.id == frozen.id).values(is_active=0)
            await tenant.database.run(lambda connection: connection.execute(freeze))
            ran = _statements_of(tenant)
            seen = []
            for login, password in (("mei", "wrong password"), ("nobody", PASSWORD), ("bo", PASSWORD), ("mei", "x")):
                ran.clear()
                cheap_hashes.clear()
                with pytest.raises(SignInFailed):
                    await door.knock(login, password)
                seen.append((tuple(ran), tuple(cheap_hashes)))
            assert seen == [seen[0]] * 4
            assert len(seen[0][1]) == 1
            assert seen[0][0]
            with pytest.raises(SignInFailed):
                await door.processes[0].sign_in("nowhere", "mei", PASSWORD, begun=HOME)
            assert cheap_hashes[-1:] * 2 == cheap_hashes

    asyncio.run(run())


def _statements_of(tenant: Tenant) -> list[str]:
    """The texts of what is run from now on."""
    ran: list[str] = []
    database = tenant.database

    def watched(work: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
        async def with_watch(transaction: object) -> object:
            return await work(_Watched(transaction, ran))

        return with_watch

    read, write = database.read, database.write
    database.read = lambda work, **options: read(watched(work), **options)  # type: ignore[method-assign,assignment]
    database.write = lambda work: write(watched(work))  # type: ignore[method-assign,assignment]
    return ran


class _Watched:
    def __init__(self, transaction: object, ran: list[str]) -> None:
        self._transaction = transaction
        self._ran = ran

    def __getattr__(self, name: str) -> object:
        found = getattr(self._transaction, name)
        if name not in ("fetch", "fetch_one", "execute", "execute_many"):
            return found

        def noted(statement: Statement, *values: object) -> object:
            self._ran.append(statement.sql)
            return found(statement, *values)

        return noted


def test_the_history_says_what_became_of_each_attempt(
    database_url: str, tmp_path: Path, cheap_hashes: list[Parameters]
) -> None:
    async def work(door: Door) -> None:
        await door.fail("mei", 1)
        await door.fail("my secret passphrase", 1)
        await door.knock("mei", PASSWORD, Begun(address="2001:db8::7", agent="Firefox/150\0"))
        found = await list_sign_ins(door.tenant)
        assert [(one.outcome, one.name, one.begun.address, one.begun.agent) for one in found] == [
            ("succeeded", "Mei", "2001:db8::7", "Firefox/150"),
            ("unknown_user", None, "10.0.0.1", ""),
            ("wrong_password", "Mei", "10.0.0.1", ""),
        ]
        mine = await list_sign_ins(door.tenant, found[0].user_id, limit=1, before=found[0].id)
        assert [one.outcome for one in mine] == ["wrong_password"]

    _at_the_door(database_url, tmp_path, work)


def test_waits_have_a_limit_and_one_failure_can_be_taken_back() -> None:
    limit = Limit(free=2, longest_wait=timedelta(seconds=10), forgotten_after=timedelta(minutes=5))
    failures: Failures | None = None
    waits = []
    for _ in range(6):
        failures = one_more(limit, failures, NOW)
        wait = wait_left(failures, NOW)
        waits.append(wait and wait.total_seconds())
    assert waits == [None, 2, 4, 8, 10, 10]
    assert failures is not None
    assert wait_left(failures, NOW + timedelta(seconds=10)) is None
    assert one_more(limit, failures, NOW + timedelta(minutes=6)).count == 1
    again = one_less(limit, one_less(limit, Failures(count=2, last_at=NOW, blocked_until=NOW + limit.first_wait)))
    assert again == Failures(count=0, last_at=NOW, blocked_until=None)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_a_place_is_an_address_or_the_network_of_one_customer(address: str, network: str) -> None:
    assert network_of(address) == network


def test_where_no_address_is_known_the_user_is_counted_alone() -> None:
    assert [bool(key.subject) for key in sign_in_keys("mei", "")] == [True]
    assert len(sign_in_keys("mei", "10.0.0.1")) == 3
