"""Run as a program: one RQ job for each notice, worked off by RQ's quick worker (SimpleWorker, which does not fork). Prints the seconds.

    python -m benchmarks.job_each DATABASE_URL REDIS_URL SCHEMA COUNT USER…

Each job writes its notice, in a transaction of its own, over a connection that the process keeps."""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import UTC, datetime
from functools import cache
from typing import Any

import asyncpg
from redis import Redis
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from trellis.ids import new_id

QUEUE = "job-each"
INSERT = (
    'INSERT INTO "{schema}".trellis_notification (id, user_id, title, body, object, record_id, created_at, idempotency_key)'
    " VALUES ($1, $2, $3, '', 'lead', $4, $5, $6) ON CONFLICT (idempotency_key) DO NOTHING"
)


@cache
def _connection(url: str) -> tuple[asyncio.AbstractEventLoop, Any]:
    loop = asyncio.new_event_loop()
    return loop, loop.run_until_complete(asyncpg.connect(url))


def write_notice(url: str, schema: str, user: str, title: str, record_id: str) -> None:
    """The RQ job."""
    loop, connection = _connection(url)
    values = (new_id(), user, title, record_id, datetime.now(UTC), record_id)
    loop.run_until_complete(connection.execute(INSERT.format(schema=schema), *values))


def main(url: str, redis_url: str, schema: str, count: int, people: list[str]) -> None:
    with Redis.from_url(redis_url) as redis:
        queue = Queue(QUEUE, connection=redis, serializer=JSONSerializer)
        for number in range(count):
            arguments = (url, schema, people[number % len(people)], f"Hot lead: Company {number} GmbH", new_id())
            queue.enqueue(write_notice, *arguments, result_ttl=0)
        worker = SimpleWorker([queue], connection=redis, serializer=JSONSerializer, log_job_description=False)
        started = time.perf_counter()
        worker.work(burst=True, logging_level="WARNING")
        print(time.perf_counter() - started)


if __name__ == "__main__":
    # Its jobs are found under the module's name, not under that of the program.
    from benchmarks import job_each

    job_each.main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5:])
