"""The process `trellis worker`: RQ jobs in the main thread, the deliveries and the rounds over all tenants in an event loop beside it.

It needs Redis only to be quick: without it, or after a FLUSHALL, the rounds find everything that is due."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from types import FrameType

from trellis.automation.delivery import Tally
from trellis.garbage import collect_seldom
from trellis.jobs.embedded import EmbeddedDriver
from trellis.jobs.rounds import Rounds

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
        self._opened.result()[2].stop()

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
        collect_seldom()

        def ask_all_to_stop() -> None:
            stop.set()
            office.stop_after_batch()

        while not stop.is_set():
            if redis_url:
                # RQ and Redis take a while to import, and the rounds do without.
                from trellis.jobs.redis_worker import serve_redis

                serve_redis(redis_url, deliver=office.deliver, on_stop=ask_all_to_stop, should_stop=stop.is_set)
                listen_for_signals()  # RQ leaves its own handlers behind.
            stop.wait(RECONNECT_S)
