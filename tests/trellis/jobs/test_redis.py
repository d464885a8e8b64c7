"""The driver over Redis, and the worker process: nothing is lost when either is."""

from __future__ import annotations

import asyncio
import json
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from redis import Redis
from rq import Queue, Worker

from tests import servers
from tests.programs import ENDS_WITHIN_S
from tests.trellis.automation.outboxes import Outbox, notice, with_outbox
from tests.trellis.jobs import workers
from tests.trellis.jobs.test_embedded import PATIENCE_S, until_done
from trellis.automation.delivery import utc_now
from trellis.jobs.redis import QUEUE, RedisDriver


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url) as connection:
        connection.flushall()
        yield connection


def test_a_tenant_has_at_most_one_job_waiting(redis: Redis, redis_url: str) -> None:
    async def run() -> None:
        driver = RedisDriver(redis_url)
        for _ in range(1_000):
            driver.enqueue("acme")
            driver.enqueue("globex")
        await driver.stop()

    asyncio.run(run())
    assert Queue(QUEUE, connection=redis).count == 2


def test_a_wake_up_never_blocks(redis: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    may_answer = threading.Event()
    answered: list[bool] = []

    async def run() -> None:
        driver = RedisDriver(redis_url)
        monkeypatch.setattr(driver, "_push", lambda tenant: answered.append(may_answer.wait(PATIENCE_S)))
        for number in range(100):
            driver.enqueue(f"tenant{number % 2}")
        may_answer.set()
        await driver.stop()

    asyncio.run(run())
    assert answered == [True, True], "Redis answered after all calls had come back"


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "redis://192.0.2.1:6379/0"], ids=["refused", "unreachable"])
def test_a_wake_up_never_fails(url: str, caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        driver = RedisDriver(url)
        driver.enqueue("acme")
        await driver.stop()

    asyncio.run(run())
    assert "Redis was not told" in caplog.text


def test_the_worker_is_woken_through_redis(redis: Redis, redis_url: str, database_url: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        outbox.clock.now = utc_now()
        driver = RedisDriver(redis_url)
        with workers.worker(tmp_path, database_url, redis_url, command=workers.WOKEN) as process:
            for number in range(1, 4):
                await outbox.post(
                    notice("email", outbox.users["anna"], number), notice("in_app", outbox.users["bo"], number)
                )
                driver.enqueue(outbox.tenant.name)
                await until_done(outbox, 2 * number)
            assert await asyncio.to_thread(workers.stop, process) == 0
        await driver.stop()
        assert len(outbox.letters()) == 3

    with_outbox(database_url, tmp_path, work)


def test_what_redis_forgets_is_delivered_all_the_same(
    redis: Redis, redis_url: str, database_url: str, tmp_path: Path
) -> None:
    async def work(outbox: Outbox) -> None:
        outbox.clock.now = utc_now()
        driver = RedisDriver(redis_url)
        with workers.worker(tmp_path, database_url, redis_url) as process:
            for number in range(4):
                await outbox.post(*(notice("email", outbox.users["anna"], 100 * number + each) for each in range(20)))
                driver.enqueue(outbox.tenant.name)
                redis.flushall()
            await until_done(outbox, 80)
            assert process.poll() is None
            await outbox.post(notice("in_app", outbox.users["anna"], 999))
            driver.enqueue(outbox.tenant.name)
            await until_done(outbox, 81)
        await driver.stop()
        assert len(outbox.letters()) == 80

    with_outbox(database_url, tmp_path, work)


def test_a_worker_goes_on_when_redis_dies_and_comes_back(tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        outbox.clock.now = utc_now()
        with servers.redis() as url, workers.worker(tmp_path, "", url) as process:
            with Redis.from_url(url) as connection:
                await until_registered(connection)
                connection.shutdown(nosave=True)
            await outbox.post(notice("in_app", outbox.users["anna"]))
            await until_done(outbox, 1)
            assert process.poll() is None
            assert await asyncio.to_thread(workers.stop, process) == 0

    with_outbox("", tmp_path, work)


def test_without_redis_the_rounds_deliver(database_url: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        outbox.clock.now = utc_now()
        await outbox.post(notice("in_app", outbox.users["anna"]))
        with workers.worker(tmp_path, database_url) as process:
            await until_done(outbox, 1)
            assert await asyncio.to_thread(workers.stop, process, signal.SIGINT) == 0

    with_outbox(database_url, tmp_path, work)


def test_a_burst_delivers_what_is_due_and_ends(database_url: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        await outbox.post(*(notice("email", outbox.users["anna"], number) for number in range(3)))
        ended = await asyncio.to_thread(workers.burst, tmp_path, database_url)
        assert json.loads(ended.stdout) == {"done": 3, "failed": 0, "dead": 0}, ended.stderr
        assert len(outbox.letters()) == 3

    with_outbox(database_url, tmp_path, work)


@pytest.mark.slow
def test_killed_again_and_again_every_notice_is_delivered_once(
    redis: Redis, redis_url: str, database_url: str, tmp_path: Path
) -> None:
    """kill -9 of the worker in the middle of its work; what it had claimed is set free as the end of its lease would."""

    async def work(outbox: Outbox) -> None:
        outbox.clock.now = utc_now()
        driver = RedisDriver(redis_url)
        users = list(outbox.users.values())
        rows = [notice(kind, user, number) for number in range(125) for user in users for kind in ("in_app", "email")]
        await outbox.post(*rows[:250])
        for round_number in range(4):
            with workers.worker(tmp_path, database_url, redis_url) as process:
                driver.enqueue(outbox.tenant.name)
                await until_done(outbox, min((await outbox.statuses()).get("done", 0) + 20, 250))
                process.kill()
                process.wait(ENDS_WITHIN_S)
            await end_leases(outbox)
            if round_number == 1:
                await outbox.post(*(replace(row) for row in rows[200:]))
        with workers.worker(tmp_path, database_url, redis_url):
            driver.enqueue(outbox.tenant.name)
            await until_done(outbox, 500)
        await driver.stop()
        assert outbox.letters() == sorted(row.key for row in rows if row.kind == "email")
        assert len(await outbox.notifications()) == 250
        assert len({(user, title) for user, title, _ in await outbox.notifications()}) == 250

    with_outbox(database_url, tmp_path, work)


async def until_registered(connection: Redis) -> None:
    """Until an RQ worker listens."""
    deadline = time.monotonic() + PATIENCE_S
    while not Worker.count(connection=connection):
        assert time.monotonic() < deadline, "no worker came"
        await asyncio.sleep(0.01)


async def end_leases(outbox: Outbox) -> None:
    table = outbox.tenant.tables.outbox
    long_ago = utc_now() - timedelta(hours=1)
    moment = long_ago if outbox.tenant.database.dialect == "postgresql" else "2026-01-01T00:00:00.000Z"
    await outbox.execute(sa.update(table).where(table.c.status == "leased").values(lease_until=moment))
