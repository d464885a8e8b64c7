"""A client for requests to the outside that come back into the site under test: nothing leaves the process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from trellis.outbound.client import Answer, HttpClient, OutboundRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class AsgiClient(HttpClient):
    """`app` is set once the application is made."""

    apps: list[Any]

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Any]:
        yield self

    async def send(self, request: OutboundRequest) -> Answer:
        parts = urlsplit(request.url)
        transport = httpx.ASGITransport(self.apps[0], raise_app_exceptions=False, client=("10.9.9.9", 443))
        base_url = f"{parts.scheme}://{parts.netloc}"
        async with httpx.AsyncClient(transport=transport, base_url=base_url) as client:
            path = f"{parts.path}?{parts.query}" if parts.query else parts.path
            answer = await client.request(request.method, path, headers=request.headers, content=request.body)
        return Answer(status=answer.status_code, headers=dict(answer.headers), body=answer.content)


def build_asgi_client(apps: list[Any]) -> Any:
    return lambda _settings: AsgiClient(apps=apps)
