"""The server with its embedded worker in a thread of this process, as `trellis serve` starts it, without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from contextlib import AsyncExitStack
from threading import Thread
from typing import Any, TypeVar

import httpx

from tests.programs import ENDS_WITHIN_S
from trellis.api.app import create_app
from trellis.runtime import open_runtime
from trellis.settings import Settings

T = TypeVar("T")


class Server:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="server of the documents")
        self._stack = AsyncExitStack()

    def __enter__(self) -> Server:
        self._thread.start()
        self._client = self._run(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._stack.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def request(self, method: str, address: str, headers: Mapping[str, str], content: bytes | None) -> httpx.Response:
        return self._run(self._client.request(method, address, headers=headers, content=content))

    async def _open(self) -> httpx.AsyncClient:
        runtime = await self._stack.enter_async_context(open_runtime(self._settings))
        await runtime.start()
        self._stack.push_async_callback(runtime.stop)
        transport = httpx.ASGITransport(create_app(runtime), client=("127.0.0.1", 4444))
        return await self._stack.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url=self._settings.base_url)
        )

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=ENDS_WITHIN_S)
