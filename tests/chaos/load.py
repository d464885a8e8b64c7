"""Clients that create leads and change them over HTTP, and repeat each request until it is answered, at whichever server answers."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

CLIENTS = 6
ANSWERS_WITHIN_S = 10.0
AGAIN_AFTER_S = 0.1
STANDSTILL_S = 120.0


@dataclass(slots=True, kw_only=True)
class Load:
    """`accepted`: the names of the leads that a server has said it created, and has changed since; `answers`: how often which status
    came, 0 for none at all."""

    addresses: Sequence[str]
    token: str
    accepted: list[str] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    _is_over: bool = False
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    async def run(self) -> None:
        """Until `stop`; what was begun is finished."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with httpx.AsyncClient(headers=headers, timeout=ANSWERS_WITHIN_S) as client:
            await asyncio.gather(*(self._work(client, number) for number in range(CLIENTS)))

    def stop(self) -> None:
        self._is_over = True

    async def until(self, count: int) -> None:
        """Waits until so many were accepted. Raises AssertionError when nothing is accepted any more."""
        seen, since = -1, time.monotonic()
        while len(self.accepted) < count:
            if len(self.accepted) > seen:
                seen, since = len(self.accepted), time.monotonic()
            assert time.monotonic() - since < STANDSTILL_S, f"nothing is accepted since {seen} leads; {self.answers}"
            await asyncio.sleep(0.02)

    async def _work(self, client: httpx.AsyncClient, number: int) -> None:
        places = itertools.cycle([*self.addresses[number % 2 :], *self.addresses[: number % 2]])
        while not self._is_over:
            name = f"lead {next(self._numbers)}"
            created = await self._ask(client, places, "POST", "", {"name": name}, key=name)
            await self._ask(client, places, "PATCH", f"/{created['id']}", {"status": "Working"})
            self.accepted.append(name)

    async def _ask(
        self,
        client: httpx.AsyncClient,
        places: itertools.cycle[str],
        method: str,
        path: str,
        body: dict[str, Any],
        *,
        key: str = "",
    ) -> dict[str, Any]:
        headers = {"Idempotency-Key": key} if key else {}
        while True:
            url = f"{next(places)}/api/v1/records/lead{path}"
            try:
                answer = await client.request(method, url, json=body, headers=headers)
            except httpx.HTTPError:
                self.answers[0] += 1
            else:
                self.answers[answer.status_code] += 1
                if answer.is_success:
                    told: dict[str, Any] = answer.json()
                    return told
                if answer.status_code < 500:
                    raise AssertionError(f"{method} {url}: {answer.status_code} {answer.text}")
            await asyncio.sleep(AGAIN_AFTER_S)
