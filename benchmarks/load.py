"""A closed-loop HTTP/1.1 load: a fixed number of connections to this machine, each sending its next request when the answer is in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One run: answers a second, and the server's CPU milliseconds for each answer."""

    per_second: float
    cpu_ms: float


class _Connection(asyncio.Protocol):
    """Sends `request()` again and again; counts whole answers. Only Content-Length bodies, which is all that the servers send."""

    def __init__(self, request: Callable[[], bytes], expected: bytes) -> None:
        self.request = request
        self.expected = expected
        self.answers = 0
        self.failed: bytes | None = None
        self.buffer = b""
        self.running = True
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self.request())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.buffer[:end].lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        if len(self.buffer) < end + 4 + length:
            return
        if not self.buffer.startswith(self.expected):
            self.failed = self.buffer[:500]
            self.transport.close()
            return
        self.buffer = self.buffer[end + 4 + length :]
        self.answers += 1
        if self.running:
            self.transport.write(self.request())
        else:
            self.transport.close()


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


async def run_load(
    port: int,
    pid: int,
    request: Callable[[], bytes],
    *,
    expected: bytes = b"HTTP/1.1 200",
    connections: int = 8,
    seconds: float = 2.0,
) -> Measured:
    """Loads 127.0.0.1:`port`. `expected`: how each answer begins. Raises RuntimeError with the first answer that differs."""
    loop = asyncio.get_running_loop()
    made = [_Connection(request, expected) for _ in range(connections)]
    for connection in made:
        await loop.create_connection(lambda c=connection: c, "127.0.0.1", port)
    await asyncio.sleep(0.3)
    started, cpu, before = time.perf_counter(), cpu_seconds(pid), sum(c.answers for c in made)
    await asyncio.sleep(seconds)
    elapsed, cpu, answers = time.perf_counter() - started, cpu_seconds(pid) - cpu, sum(c.answers for c in made) - before
    for connection in made:
        connection.running = False
    await asyncio.sleep(0.2)
    for connection in made:
        if connection.failed is not None:
            raise RuntimeError(connection.failed.decode("utf-8", "replace"))
        connection.transport.abort()
    if not answers:
        raise RuntimeError("no answer at all")
    return Measured(per_second=answers / elapsed, cpu_ms=1000 * cpu / answers)
