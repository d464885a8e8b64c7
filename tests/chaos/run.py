"""One run: a cluster under load while things go wrong, then quiet, then the evidence."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from tests.chaos.evidence import open_evidence
from tests.chaos.load import Load
from tests.chaos.programs import Cluster, cluster
from tests.chaos.site import build_site
from tests.trellis.automation.smtp import mail_server
from tests.trellis.outbound.receiver import receiver

STARTS_WITHIN_S = 120.0
Trouble = Callable[[Cluster, Load], Coroutine[Any, Any, None]]


async def run(folder: Path, trouble: Trouble) -> dict[str, float]:
    """`trouble` makes things go wrong, and returns when it has done enough. Gives what was counted; raises AssertionError for whatever
    is lost, doubled or stuck. Raises ServerMissing."""
    async with mail_server() as mail, receiver() as erp:
        with cluster(folder, mail.url) as running:
            site = await build_site(running.settings, erp.url)
            running.start()
            await _until_ready(running)
            load = Load(addresses=running.addresses, token=site.token)
            try:
                await _under_load(load, trouble(running, load))
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


async def _under_load(load: Load, trouble: Coroutine[Any, Any, None]) -> None:
    """What the clients have begun they finish. A client that is refused ends all of it."""
    clients, troubling = asyncio.create_task(load.run()), asyncio.create_task(trouble)
    try:
        await asyncio.wait((clients, troubling), return_when=asyncio.FIRST_COMPLETED)
        load.stop()
        if troubling.done():
            troubling.result()
        async with asyncio.timeout(STARTS_WITHIN_S):
            await clients
    finally:
        for task in (clients, troubling):
            task.cancel()
        await asyncio.gather(clients, troubling, return_exceptions=True)


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
