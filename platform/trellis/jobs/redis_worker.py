"""RQ's loop in the main thread of `trellis worker`: each job says that a tenant has work."""

from __future__ import annotations

import logging
from collections.abc import Callable
from types import FrameType

from redis import Redis, RedisError
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from trellis.jobs.redis import QUEUE, TIMEOUT_S, deliver_here, flag_key

logger = logging.getLogger(__name__)


class _Worker(SimpleWorker):
    """Tells the deliveries to stop after their batch when RQ is asked to stop after its job."""

    on_stop: Callable[[], None]
    should_stop: Callable[[], bool]

    def check_for_suspension(self, burst: bool) -> None:
        """RQ calls it at the beginning of each turn: notices a signal that came before its own handlers were in place."""
        self._stop_requested = self._stop_requested or self.should_stop()
        super().check_for_suspension(burst)

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        self.on_stop()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]  # rq's is not annotated


def serve_redis(
    redis_url: str, *, deliver: Callable[[str], None], on_stop: Callable[[], None], should_stop: Callable[[], bool]
) -> None:
    """Works until a signal asks it to stop, and `on_stop` was called, or `should_stop`, or Redis is lost. `deliver` is called with a
    tenant's name."""
    with Redis.from_url(redis_url, socket_connect_timeout=TIMEOUT_S) as connection:

        def answer(tenant: str) -> None:
            connection.delete(flag_key(tenant))
            deliver(tenant)

        token = deliver_here.set(answer)
        try:
            queue = Queue(QUEUE, connection=connection, serializer=JSONSerializer)
            worker = _Worker([queue], connection=connection, serializer=JSONSerializer, log_job_description=False)
            worker.on_stop, worker.should_stop = on_stop, should_stop
            worker.work(logging_level="WARNING")
        except RedisError as error:
            logger.warning("Redis cannot be reached (%s); the rounds go on without it", error)
        finally:
            deliver_here.reset(token)
