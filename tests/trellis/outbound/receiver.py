"""A web server for tests: keeps what it is sent, answers as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

LOCAL = "127.0.0.0/8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Receiver:
    """`answer`: the whole answer to a request, by default 200 with the body "ok"; None: nothing at all."""

    port: int = 0
    answer: Callable[[Received], bytes | None] = lambda _: reply(200, b"ok")
    received: list[Received] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while (first := await reader.readline()).strip():
                method, target, _ = first.decode().split(" ")
                headers: dict[str, str] = {}
                while line := (await reader.readline()).decode("latin-1").rstrip("\r\n"):
                    name, _, value = line.partition(":")
                    headers[name.lower()] = value.strip()
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                one = Received(method=method, target=target, headers=headers, body=body)
                self.received.append(one)
                answer = self.answer(one)
                if answer is None:
                    await reader.read()  # until the client gives up
                    break
                writer.write(answer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def reply(status: int, body: bytes = b"", *headers: str) -> bytes:
    lines = (f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", *headers, "", "")
    return "\r\n".join(lines).encode() + body


@asynccontextmanager
async def receiver(
    answer: Callable[[Received], bytes | None] | None = None, *, port: int = 0
) -> AsyncIterator[Receiver]:
    kept = Receiver()
    if answer is not None:
        kept.answer = answer
    server = await asyncio.start_server(kept.serve, "127.0.0.1", port)
    kept.port = server.sockets[0].getsockname()[1]
    try:
        yield kept
    finally:
        server.close()
