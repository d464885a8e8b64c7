"""What goes wrong: processes killed, Redis flushed and restarted, PostgreSQL restarted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from random import Random

from redis import Redis

from tests.chaos.programs import Cluster, Program

AWAY_S = 1.0
Fault = Callable[[Cluster, Random], Awaitable[None]]


async def kill_worker(cluster: Cluster, random: Random) -> None:
    await _restart(random.choice(cluster.workers))


async def kill_all_workers(cluster: Cluster, _random: Random) -> None:
    await asyncio.gather(*(_restart(worker) for worker in cluster.workers))


async def kill_web(cluster: Cluster, random: Random) -> None:
    """The other one still answers."""
    await _restart(random.choice(cluster.webs))


async def flush_redis(cluster: Cluster, _random: Random) -> None:
    def flush() -> None:
        with Redis.from_url(cluster.redis.url) as connection:
            connection.flushall()

    await asyncio.to_thread(flush)


async def restart_redis(cluster: Cluster, _random: Random) -> None:
    """It comes back empty."""
    await asyncio.to_thread(cluster.redis.crash)
    await asyncio.sleep(AWAY_S)
    await asyncio.to_thread(cluster.redis.start)


async def restart_postgresql(cluster: Cluster, _random: Random) -> None:
    await asyncio.to_thread(cluster.postgresql.crash)
    await asyncio.sleep(AWAY_S)
    await asyncio.to_thread(cluster.postgresql.start)


async def restart_all(cluster: Cluster, random: Random) -> None:
    """A machine that goes down as a whole, but for its disk."""
    for program in (*cluster.webs, *cluster.workers):
        await asyncio.to_thread(program.kill)
    await restart_redis(cluster, random)
    await restart_postgresql(cluster, random)
    cluster.start()


FAULTS: Mapping[str, Fault] = {
    "kill -9 a worker": kill_worker,
    "kill -9 all workers": kill_all_workers,
    "kill -9 a web server": kill_web,
    "FLUSHALL": flush_redis,
    "restart Redis": restart_redis,
    "restart PostgreSQL": restart_postgresql,
    "restart everything": restart_all,
}


async def _restart(program: Program) -> None:
    await asyncio.to_thread(program.kill)
    program.start()
