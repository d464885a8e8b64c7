"""The driver inside the server process: an asyncio task that delivers on wake-ups, and makes a round every second."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from trellis.jobs.rounds import Rounds

logger = logging.getLogger(__name__)
ROUND_S = 1.0
TENANTS_AT_ONCE = 4
STOP_S = 15.0


class EmbeddedDriver:
    """Tenants are served side by side, so that a slow mail server keeps only its own tenant waiting."""

    def __init__(self, rounds: Rounds, *, round_s: float = ROUND_S) -> None:
        self._rounds = rounds
        self._round_s = round_s
        self._loop: asyncio.AbstractEventLoop | None = None
        self._main: asyncio.Task[None] | None = None
        self._is_stopping = False
        self._woken: set[str] = set()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._at_once = asyncio.Semaphore(TENANTS_AT_ONCE)

    def enqueue(self, tenant: str) -> None:
        loop = self._loop
        if loop is None:
            return
        with suppress(RuntimeError):  # The loop was closed in this very moment.
            loop.call_soon_threadsafe(self._wake, tenant)

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._main = asyncio.create_task(self._make_rounds(), name="trellis deliveries")

    async def stop(self) -> None:
        """Waits for the batches under way, at most STOP_S; what is left is delivered after its lease has ended."""
        self._is_stopping, self._loop = True, None
        self._rounds.stop()
        if self._main is not None:
            self._main.cancel()
            with suppress(asyncio.CancelledError):
                await self._main
        running = list(self._running.values())
        if running:
            _, late = await asyncio.wait(running, timeout=STOP_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _make_rounds(self) -> None:
        while True:
            try:
                for name in await self._rounds.find_work():
                    self._wake(name)
            except Exception:  # The edge of the job: a round that fails must not be the last one.
                logger.exception("a round over the tenants failed")
            await asyncio.sleep(self._round_s)

    def _wake(self, tenant: str) -> None:
        if self._is_stopping:
            return
        if tenant in self._running:
            self._woken.add(tenant)
            return
        task = asyncio.create_task(self._deliver(tenant), name=f"trellis delivery for {tenant}")
        self._running[tenant] = task
        task.add_done_callback(lambda _: self._ended(tenant))

    def _ended(self, tenant: str) -> None:
        self._running.pop(tenant, None)
        if tenant in self._woken:
            self._woken.discard(tenant)
            self._wake(tenant)

    async def _deliver(self, tenant: str) -> None:
        async with self._at_once:
            try:
                await self._rounds.deliver(tenant)
            except Exception:  # The edge of the job: one tenant's trouble must not end the others' deliveries.
                logger.exception("tenant %s: the delivery failed", tenant)
