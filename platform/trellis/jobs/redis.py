"""The driver over Redis: "tenant X has work" as an RQ job, at most one waiting for each tenant. Redis may forget all of it."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

from redis import Redis, RedisError
from rq import Queue
from rq.serializers import JSONSerializer

logger = logging.getLogger(__name__)
QUEUE = "trellis"
TIMEOUT_S = 1.0
FLAG_S = 30
JOB_TIMEOUT_S = 600

deliver_here: ContextVar[Callable[[str], None]] = ContextVar("deliver_here")


class RedisDriver:
    """Talks to Redis in one thread of its own, so that a Redis that hangs or is gone delays nobody; the worker's rounds make up for
    every wake-up that is lost."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)
        self._queue = Queue(QUEUE, connection=self._redis, serializer=JSONSerializer)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="trellis-redis")
        self._waiting: set[str] = set()
        self._lock = threading.Lock()

    def enqueue(self, tenant: str) -> None:
        with self._lock:
            if tenant in self._waiting:
                return
            self._waiting.add(tenant)
        try:
            self._thread.submit(self._push, tenant)
        except RuntimeError:  # Stopped already.
            self._waiting.discard(tenant)

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        await asyncio.to_thread(self._thread.shutdown)
        self._redis.close()

    def _push(self, tenant: str) -> None:
        with self._lock:
            self._waiting.discard(tenant)
        try:
            # The flag is taken down when the job begins, before it looks: a commit after that raises it again.
            if not self._redis.set(flag_key(tenant), 1, nx=True, ex=FLAG_S):
                return
            self._queue.enqueue(deliver_tenant, tenant, result_ttl=0, failure_ttl=3_600, job_timeout=JOB_TIMEOUT_S)
        except RedisError as error:
            logger.warning(
                "tenant %s: Redis was not told of its work (%s); a worker's next round finds it", tenant, error
            )


def flag_key(tenant: str) -> str:
    return f"trellis:waiting:{tenant}"


def deliver_tenant(tenant: str) -> None:
    """The RQ job. `deliver_here` is set by the worker process."""
    deliver_here.get()(tenant)
