"""One run: a cluster under load while things go wrong, then quiet, then the evidence."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx

from tests.chaos.evidence import open_evidence
from tests.chaos.load import Load
from tests.chaos.programs import Cluster, cluster
from tests.chaos.site import build_site
from tests.trellis.automation.smtp import mail_server
from tests.trellis.outbound.receiver import receiver

STARTS_WITHIN_S = 120.0
Trouble = Callable[[Cluster, Load], Awaitable[None]]


async def run(folder: Path, trouble: Trouble) -> dict[str, float]:
    """`trouble` makes things go wrong, and returns when it has done enough. Gives what was counted; raises AssertionError for whatever
    is lost, doubled or stuck. Raises ServerMissing."""
    async with mail_server() as mail, receiver() as erp:
        with cluster(folder, mail.url) as running:
            site = await build_site(running.settings, erp.url)
            running.start()
            await _until_ready(running)
            load = Load(addresses=running.addresses, token=site.token)
            async with _under(load, running):
                await trouble(running, load)
            try:
                async with open_evidence(running.postgresql.url, site) as evidence:
                    quiet_s = await evidence.until_quiet()
                    counted = await evidence.check(load.accepted, mail.letters, erp.received)
            except AssertionError as error:
                raise AssertionError(f"{error}\n{running.logs()}") from None
            return {
                **counted,
                "requests answered with an error or not at all": load.answers.total()
                - load.answers[200]
                - load.answers[201],
                "seconds until all was done": round(quiet_s, 1),
            }


@asynccontextmanager
async def _under(load: Load, running: Cluster) -> AsyncIterator[None]:
    """A client that is refused, and a process that ends by itself, end the run."""
    clients = asyncio.create_task(load.run())
    try:
        yield
    finally:
        load.stop()
        if clients.done():
            clients.result()
    async with asyncio.timeout(STARTS_WITHIN_S):
        await clients


async def _until_ready(running: Cluster) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    async with httpx.AsyncClient() as client:
        for address, web in zip(running.addresses, running.webs, strict=True):
            while True:
                assert web.is_running, running.logs()
                assert time.monotonic() < deadline, running.logs()
                with suppress(httpx.HTTPError):
                    if (await client.get(f"{address}/health")).is_success:
                        break
                await asyncio.sleep(0.05)
