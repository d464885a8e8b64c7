"""What is written to a client comes out whole and in order, a head and its body at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trellis.edge.packets import HeadWithBody


class Transport(asyncio.Transport):
    """Keeps what it was given, packet by packet."""

    def __init__(self) -> None:
        super().__init__()
        self.packets: list[bytes] = []
        self.ended = ""

    def write(self, data: Any) -> None:
        assert not self.ended
        self.packets.append(bytes(data))

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        self.write(b"".join(list_of_data))

    def is_closing(self) -> bool:
        return bool(self.ended)

    def close(self) -> None:
        self.ended = self.ended or "closed"

    def abort(self) -> None:
        self.ended = "aborted"


def _written(*turns: Iterable[bytes], end: str = "close") -> Transport:
    """What comes out when the parts of each turn of the loop are written one after the other."""
    transport = Transport()

    async def go() -> None:
        writer = HeadWithBody(transport, asyncio.get_running_loop())
        for turn in turns:
            for part in turn:
                writer.write(part)
            await asyncio.sleep(0)
        getattr(writer, end)()

    asyncio.run(go())
    return transport


def test_a_head_and_its_body_go_together() -> None:
    assert _written([b"head", b"body"]).packets == [b"headbody"]


def test_a_head_alone_goes_at_the_end_of_the_turn() -> None:
    assert _written([b"head"], [b"event 1"], [b"event 2"]).packets == [b"head", b"event 1", b"event 2"]


def test_closing_sends_what_is_held_and_aborting_does_not() -> None:
    async def go(end: str) -> Transport:
        transport = Transport()
        writer = HeadWithBody(transport, asyncio.get_running_loop())
        writer.write(b"head")
        getattr(writer, end)()
        await asyncio.sleep(0)
        return transport

    closed, aborted = asyncio.run(go("close")), asyncio.run(go("abort"))
    assert (closed.packets, closed.ended) == ([b"head"], "closed")
    assert (aborted.packets, aborted.ended) == ([], "aborted")


@pytest.mark.parametrize("parts", [[b"head"], [b"head", b"body"]])
def test_nothing_is_sent_to_a_client_who_left_meanwhile(parts: list[bytes]) -> None:
    transport = Transport()

    async def go() -> None:
        writer = HeadWithBody(transport, asyncio.get_running_loop())
        writer.write(parts[0])
        transport.close()
        for part in parts[1:]:
            writer.write(part)
        await asyncio.sleep(0)

    asyncio.run(go())
    assert transport.packets == []


@given(st.lists(st.lists(st.binary(max_size=3), max_size=5), max_size=4))
def test_nothing_is_lost_or_out_of_order(turns: list[list[bytes]]) -> None:
    assert b"".join(_written(*turns).packets) == b"".join(part for turn in turns for part in turn)
