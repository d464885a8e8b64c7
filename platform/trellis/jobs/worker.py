"""The process `trellis worker`: RQ jobs in the main thread, the deliveries and the rounds over all tenants in an event loop beside it.

It needs Redis only to be quick: without it, or after a FLUSHALL, the rounds find everything that is due."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from types import FrameType

from redis import Redis, RedisError
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from trellis.automation.delivery import Tally
from trellis.jobs.embedded import EmbeddedDriver
from trellis.jobs.redis import QUEUE, TIMEOUT_S, deliver_here, flag_key
from trellis.jobs.rounds import Rounds

logger = logging.getLogger(__name__)
ROUND_S = 2.0
RECONNECT_S = 1.0
OpenRounds = Callable[[], AbstractAsyncContextManager[Rounds]]


class _Office:
    """The event loop with the deliveries in it, in a thread of its own, as the main thread sees it."""

    def __init__(self, open_rounds: OpenRounds, round_s: float) -> None:
        self._open_rounds = open_rounds
        self._round_s = round_s
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="trellis deliveries")
        self._opened: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event, Rounds]] = Future()

    def __enter__(self) -> _Office:
        self._thread.start()
        self._opened.result()
        return self

    def __exit__(self, *_: object) -> None:
        loop, closing, _rounds = self._opened.result()
        loop.call_soon_threadsafe(closing.set)
        self._thread.join()

    def deliver(self, tenant: str) -> None:
        loop, _, rounds = self._opened.result()
        asyncio.run_coroutine_threadsafe(rounds.deliver(tenant), loop).result()

    def stop_after_batch(self) -> None:
        self._opened.result()[2].delivery.stop()

    async def _run(self) -> None:
        closing = asyncio.Event()
        try:
            async with self._open_rounds() as rounds:
                driver = EmbeddedDriver(rounds, round_s=self._round_s)
                await driver.start()
                self._opened.set_result((asyncio.get_running_loop(), closing, rounds))
                await closing.wait()
                await driver.stop()
        except BaseException as error:
            if self._opened.done():
                raise
            self._opened.set_exception(error)


class _Worker(SimpleWorker):
    """Tells the deliveries to stop after their batch when RQ is asked to stop after its job."""

    on_stop: Callable[[], None]

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        self.on_stop()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]  # rq's is not annotated


def run_burst(open_rounds: OpenRounds) -> Tally:
    """Delivers what is due now in all tenants, and returns."""

    async def run() -> Tally:
        total = Tally()
        async with open_rounds() as rounds:
            for name in await rounds.find_work():
                tally = await rounds.deliver(name)
                total = Tally(
                    done=total.done + tally.done, failed=total.failed + tally.failed, dead=total.dead + tally.dead
                )
        return total

    return asyncio.run(run())


def run_worker(open_rounds: OpenRounds, redis_url: str, *, round_s: float = ROUND_S) -> None:
    """Works until SIGTERM or SIGINT, then ends the batches under way and returns. `redis_url` "": rounds only.
    Must be called in the main thread."""
    stop = threading.Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    def listen_for_signals() -> None:
        signal.signal(signal.SIGTERM, ask_to_stop)
        signal.signal(signal.SIGINT, ask_to_stop)

    listen_for_signals()
    with _Office(open_rounds, round_s) as office:
        while not stop.is_set():
            if redis_url:
                _serve_redis(redis_url, office, stop)
                listen_for_signals()  # RQ leaves its own handlers behind.
            stop.wait(RECONNECT_S)


def _serve_redis(redis_url: str, office: _Office, stop: threading.Event) -> None:
    """RQ's loop, until it is asked to stop or loses Redis."""

    def stop_all() -> None:
        stop.set()
        office.stop_after_batch()

    with Redis.from_url(redis_url, socket_connect_timeout=TIMEOUT_S) as connection:

        def deliver(tenant: str) -> None:
            connection.delete(flag_key(tenant))
            office.deliver(tenant)

        token = deliver_here.set(deliver)
        try:
            queue = Queue(QUEUE, connection=connection, serializer=JSONSerializer)
            worker = _Worker([queue], connection=connection, serializer=JSONSerializer, log_job_description=False)
            worker.on_stop = stop_all
            worker.work(logging_level="WARNING")
        except RedisError as error:
            logger.warning("Redis cannot be reached (%s); the rounds go on without it", error)
        finally:
            deliver_here.reset(token)
