"""Bodies that are too large, or take too long."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from trellis.api.errors import BodyTooLarge
from trellis.edge.arrivals import Arrival
from trellis.edge.errors import BodyTooSlow


def _arrival(messages: list[dict[str, Any]], *, seconds: float = 60.0) -> Arrival:
    left: Iterator[dict[str, Any]] = iter(messages)

    async def receive() -> dict[str, Any]:
        message = next(left, None)
        if message is None:
            await asyncio.Event().wait()
        assert message is not None
        return message

    return Arrival(receive, seconds=seconds, max_bytes=10)


def _part(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_body_passes_as_it_comes() -> None:
    async def go() -> list[bytes]:
        arrival = _arrival([_part(b"12345"), _part(b"67890", more=False)])
        return [(await arrival.receive())["body"] for _ in range(2)]

    assert asyncio.run(go()) == [b"12345", b"67890"]


def test_one_byte_too_many_is_refused_as_it_comes() -> None:
    async def go() -> None:
        arrival = _arrival([_part(b"1234567890"), _part(b"1", more=False)])
        await arrival.receive()
        with pytest.raises(BodyTooLarge):
            await arrival.receive()

    asyncio.run(go())


def test_a_body_that_stops_is_given_up() -> None:
    async def go() -> None:
        arrival = _arrival([_part(b"1")], seconds=0.01)
        await arrival.receive()
        with pytest.raises(BodyTooSlow):
            await arrival.receive()

    asyncio.run(go())


def test_after_the_body_one_may_wait_as_long_as_one_likes() -> None:
    async def go() -> bool:
        arrival = _arrival([_part(b"", more=False)], seconds=0.01)
        await arrival.receive()
        waiting = asyncio.create_task(arrival.receive())
        done, _ = await asyncio.wait((waiting,), timeout=0.03)
        waiting.cancel()
        return not done

    assert asyncio.run(go())
