"""Clients that are slow on purpose, at the level of bytes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from trellis.edge.connections import HEAD_S, MAX_HEAD_BYTES, TAKING_S, PatientConnection

HEAD = b"GET / HTTP/1.1\r\nhost: a\r\n"


class Timer:
    def __init__(self, delay_s: float, work: Any, given: tuple[Any, ...]) -> None:
        self.delay_s, self._work, self._given = delay_s, work, given
        self.is_set = True

    def cancel(self) -> None:
        self.is_set = False

    def ring(self) -> None:
        assert self.is_set
        self.is_set = False
        self._work(*self._given)


class Loop:
    """Time stands still: a test rings the timers that are set."""

    def __init__(self) -> None:
        self.all: list[Timer] = []
        self.tasks: list[Any] = []

    def call_later(self, delay_s: float, work: Any, *given: Any) -> Timer:
        self.all.append(Timer(delay_s, work, given))
        return self.all[-1]

    def call_soon(self, work: Any, *given: Any) -> None:
        work(*given)

    def create_task(self, coroutine: Any, **_: Any) -> Any:
        coroutine.close()
        task = asyncio.Future[None](loop=asyncio.get_running_loop())
        self.tasks.append(task)
        return task

    @property
    def timers(self) -> list[Timer]:
        return [timer for timer in self.all if timer.is_set]


class Transport(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.ended = ""

    def write(self, data: Any) -> None:
        self.written += bytes(data)

    def is_closing(self) -> bool:
        return bool(self.ended)

    def close(self) -> None:
        self.ended = self.ended or "closed"

    def abort(self) -> None:
        self.ended = "aborted"


@pytest.fixture
def connected() -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None: ...

    async def make() -> tuple[PatientConnection, Loop, Transport]:
        loop, transport = Loop(), Transport()
        connection = PatientConnection(Config(app, log_config=None), ServerState(), {}, loop)
        connection.connection_made(transport)
        return connection, loop, transport

    return make


def test_a_head_that_does_not_come_is_not_waited_for(connected: Any) -> None:
    async def go() -> None:
        _, loop, transport = await connected()
        (timer,) = loop.timers
        assert timer.delay_s == HEAD_S
        timer.ring()
        assert transport.ended == "closed"

    asyncio.run(go())


def test_a_head_that_trickles_in_gets_no_more_time(connected: Any) -> None:
    async def go() -> None:
        connection, loop, transport = await connected()
        (timer,) = loop.timers
        for byte in HEAD:
            connection.data_received(bytes([byte]))
        assert loop.timers == [timer]
        timer.ring()
        assert transport.ended == "closed"

    asyncio.run(go())


def test_a_request_that_has_come_takes_its_time(connected: Any) -> None:
    async def go() -> None:
        connection, loop, transport = await connected()
        connection.data_received(HEAD + b"\r\n")
        assert loop.timers == []
        assert (len(loop.tasks), transport.ended) == (1, "")

    asyncio.run(go())


def test_line_breaks_between_requests_do_not_keep_a_connection(connected: Any) -> None:
    async def go() -> None:
        connection, loop, _ = await connected()
        connection.data_received(HEAD + b"\r\n")
        connection.cycle.response_complete = True
        connection.on_response_complete()
        (idle,) = loop.timers
        for _ in range(3):
            connection.data_received(b"\r\n")
        (timer,) = loop.timers
        assert (timer is not idle, timer.delay_s) == (True, HEAD_S)

    asyncio.run(go())


def test_a_head_without_end_is_refused(connected: Any) -> None:
    async def go() -> None:
        connection, _, transport = await connected()
        connection.data_received(HEAD + b"x: ")
        for _ in range(MAX_HEAD_BYTES // 1024 + 1):
            connection.data_received(b"y" * 1024)
        assert transport.ended == "closed"
        assert transport.written.startswith(b"HTTP/1.1 400")

    asyncio.run(go())


def test_an_answer_that_nobody_takes_is_given_up(connected: Any) -> None:
    async def go() -> None:
        connection, loop, transport = await connected()
        connection.data_received(HEAD + b"\r\n")
        connection.pause_writing()
        (timer,) = loop.timers
        connection.resume_writing()
        assert loop.timers == []
        connection.pause_writing()
        (timer,) = loop.timers
        assert timer.delay_s == TAKING_S
        timer.ring()
        assert transport.ended == "aborted"

    asyncio.run(go())


def test_nothing_is_left_of_a_connection_that_is_lost(connected: Any) -> None:
    async def go() -> None:
        connection, loop, _ = await connected()
        connection.pause_writing()
        connection.connection_lost(None)
        assert loop.timers == []

    asyncio.run(go())
