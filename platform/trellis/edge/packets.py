"""An answer in one packet where that is possible: its head waits for its body as long as the event loop does nothing else."""

from __future__ import annotations

import asyncio
from typing import Any


class HeadWithBody(asyncio.Transport):
    """In place of a connection's own transport, which sends each write by itself, waking the client twice. What nothing follows in the
    same turn of the loop, such as the head of a stream of events, is sent at the end of that turn; unless the client has left meanwhile."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport = transport
        self._loop = loop
        self._held: bytes | None = None

    def write(self, data: Any) -> None:
        if self._held is None:
            self._held = data
            self._loop.call_soon(self._send)
        else:
            held, self._held = self._held, None
            if not self._transport.is_closing():
                self._transport.writelines((held, data))

    def close(self) -> None:
        self._send()
        self._transport.close()

    def abort(self) -> None:
        self._held = None
        self._transport.abort()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)

    def _send(self) -> None:
        if self._held is not None:
            held, self._held = self._held, None
            if not self._transport.is_closing():
                self._transport.write(held)
