"""In-app notices delivered by one `trellis worker` process woken through Redis, on PostgreSQL; beside it one RQ job for each notice."""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from tests import servers
from tests.trellis.factory import add_user, unique_name
from tests.trellis.jobs import workers
from trellis.automation.outbox import Entry, idempotency_key, write_entries
from trellis.ids import new_id
from trellis.jobs.redis import RedisDriver
from trellis.settings import Settings
from trellis.storage.prepare import prepare
from trellis.tenancy.directory import open_directory
from trellis.tenancy.tenant import Tenant

NOTICES = 20_000
JOBS = 1_000
ROUNDS = 3
PEOPLE = 50
GOAL_PER_S = 3_000.0


def measure(*, quick: bool = False) -> None:
    """Prints one table."""
    try:
        with (
            servers.postgresql() as url,
            servers.redis() as redis_url,
            tempfile.TemporaryDirectory(prefix="trellis-bench-") as folder,
        ):
            rates = asyncio.run(_measure(url, redis_url, Path(folder), rounds=1 if quick else ROUNDS))
    except servers.ServerMissing as missing:
        print(f"NOT MEASURED: {missing}")
        return
    ours, theirs = (statistics.median(one) for one in rates)
    print(
        f"\nIn-app notices by one worker process, PostgreSQL, woken through Redis and RQ; median of {len(rates[0])} rounds"
    )
    print(f"{'':30}{'notices/s':>12}{'goal':>8}")
    mark = "" if ours >= GOAL_PER_S else "  below the goal"
    print(f"{f'Trellis, {NOTICES:,} notices':30}{ours:>12,.0f}{GOAL_PER_S:>8,.0f}{mark}")
    print(f"{'one RQ job a notice':30}{theirs:>12,.0f}")
    print(f"{'ratio':30}{ours / theirs:>12,.1f}")


async def _measure(url: str, redis_url: str, folder: Path, *, rounds: int) -> tuple[list[float], list[float]]:
    settings = Settings(data_dir=folder, database_url=url, redis_url=redis_url, pool_size=4)
    async with open_directory(settings) as directory:
        tenant = await directory.create(unique_name())
        people = [await add_user(tenant, f"seller{number}") for number in range(PEOPLE)]
        with workers.worker(folder, url, redis_url, command=workers.WOKEN):
            driver = RedisDriver(redis_url)
            await _delivered_per_s(tenant, driver, people)  # the first one warms up
            ours = [await _delivered_per_s(tenant, driver, people) for _ in range(rounds)]
            await driver.stop()
        return ours, [_jobs_per_s(tenant, url, redis_url, people) for _ in range(rounds)]


async def _delivered_per_s(tenant: Tenant, driver: RedisDriver, people: list[str]) -> float:
    """From the wake-up until the last notice is there and its row is settled."""
    compiled = await tenant.compiled()
    before = await _settled(tenant)
    entries = [_entry(number, people[number % len(people)]) for number in range(NOTICES)]
    now = _now()
    for start in range(0, NOTICES, 5_000):
        some = entries[start : start + 5_000]
        await tenant.database.write(lambda transaction, some=some: write_entries(transaction, compiled, some, now))  # type: ignore[misc]
    started = time.perf_counter()
    driver.enqueue(tenant.name)
    while await _settled(tenant) < before + NOTICES:
        await asyncio.sleep(0.02)
    return NOTICES / (time.perf_counter() - started)


def _entry(number: int, user: str) -> Entry:
    record_id = new_id()
    return Entry(
        kind="in_app",
        key=idempotency_key("bench", record_id),
        payload={"user": user, "address": None, "text": f"Hot lead: Company {number} GmbH"},
        object="lead",
        record_id=record_id,
        rule="Tell of hot leads",
        revision=1,
    )


async def _settled(tenant: Tenant) -> int:
    """Read from another process's work: what is committed counts."""
    table = tenant.tables.outbox
    statement = prepare(sa.select(sa.func.count()).select_from(table).where(table.c.status == "done"), "postgresql")
    row = await tenant.database.read(lambda transaction: transaction.fetch_one(statement))
    return int(row[0]) if row else 0


def _now() -> datetime:
    return datetime.now(UTC)


def _jobs_per_s(tenant: Tenant, url: str, redis_url: str, people: list[str]) -> float:
    """The jobs are in Redis before the worker begins; it says itself how long it worked."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.job_each",
        url,
        redis_url,
        str(tenant.database.schema),
        str(JOBS),
        *people,
    ]
    done = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, check=True)
    return JOBS / float(done.stdout.strip())
