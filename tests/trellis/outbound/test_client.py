"""Requests to the outside: where they go, and what they survive."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trellis.outbound.receiver import LOCAL, receiver, reply
from trellis.outbound.addresses import AddressRule, parse_networks
from trellis.outbound.client import Answer, HttpClient, OutboundRequest
from trellis.outbound.connections import MAX_ANSWER, request_headers
from trellis.outbound.errors import RequestFailed, RequestRefused

ALLOWED = AddressRule(parse_networks(LOCAL))


async def send(client: HttpClient, url: str, **changes: Any) -> Answer:
    async with client.connected() as connections:
        return await connections.send(OutboundRequest(method="POST", url=url, **{"body": b"{}", **changes}))


def test_a_request_arrives_as_it_was_given() -> None:
    async def run() -> None:
        async with receiver() as server:
            answer = await send(
                HttpClient(rule=ALLOWED), f"{server.url}/a%20b?x=ü", headers={"X-One": "1"}, body=b"{1}"
            )
            assert (answer.status, answer.body) == (200, b"ok")
            [got] = server.received
            assert (got.method, got.target, got.body) == ("POST", "/a%20b?x=%C3%BC", b"{1}")
            assert got.headers["host"] == f"127.0.0.1:{server.port}"
            assert got.headers["x-one"] == "1"
            assert got.headers["user-agent"] == "Trellis"

    asyncio.run(run())


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "[::1]"]
)
def test_private_addresses_are_refused_and_nothing_is_connected(host: str) -> None:
    async def run() -> None:
        async with receiver() as server:
            with pytest.raises(RequestRefused, match="not a public address"):
                await send(HttpClient(), f"http://{host}:{server.port}/")
            assert server.connections == 0

    asyncio.run(run())


def test_a_name_is_looked_up_once_and_the_checked_address_is_used() -> None:
    """DNS rebinding: the second answer would lead inside."""
    asked: list[str] = []

    async def run() -> None:
        async with receiver() as server:

            async def resolve(host: str, port: int) -> Sequence[str]:
                asked.append(host)
                return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

            rule = AddressRule(parse_networks("127.0.0.1"))
            answer = await send(HttpClient(rule=rule, resolve=resolve), f"http://hook.example:{server.port}/x")
            assert answer.status == 200
            assert server.received[0].headers["host"] == f"hook.example:{server.port}"
        assert asked == ["hook.example"]

    asyncio.run(run())


def test_a_name_with_public_and_private_addresses_is_connected_to_the_public_one_only() -> None:
    async def run() -> None:
        async with receiver() as server:

            async def resolve(host: str, port: int) -> Sequence[str]:
                return ["127.0.0.2", "127.0.0.1"]

            rule = AddressRule(parse_networks("127.0.0.1"))
            answer = await send(HttpClient(rule=rule, resolve=resolve), f"http://both.example:{server.port}/")
            assert answer.status == 200

    asyncio.run(run())


def test_redirects_are_answers_and_are_not_followed() -> None:
    async def run() -> None:
        async with receiver(lambda _: reply(302, b"", "Location: http://169.254.169.254/latest")) as server:
            answer = await send(HttpClient(rule=ALLOWED), server.url)
            assert (answer.status, answer.headers["location"]) == (302, "http://169.254.169.254/latest")
            assert len(server.received) == 1

    asyncio.run(run())


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    async def run() -> None:
        async with receiver() as server:
            assert (await send(HttpClient(rule=ALLOWED), server.url)).status == 200

    asyncio.run(run())


def test_an_endless_answer_is_cut_off() -> None:
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n" + b"x" * (MAX_ANSWER * 2)

    async def run() -> None:
        async with receiver(lambda _: endless) as server:
            answer = await send(HttpClient(rule=ALLOWED), server.url)
            assert len(answer.body) == MAX_ANSWER

    asyncio.run(run())


def test_a_server_that_says_nothing_is_given_up_in_time() -> None:
    async def run() -> None:
        async with receiver(lambda _: None) as server:
            with pytest.raises(RequestFailed, match="did not answer"):
                await send(HttpClient(rule=ALLOWED, whole_s=0.05), server.url)

    asyncio.run(run())


def test_nobody_listening_and_unknown_names_are_failures_that_may_pass() -> None:
    async def nowhere(host: str, port: int) -> Sequence[str]:
        raise OSError("Name or service not known")

    async def run() -> None:
        with pytest.raises(RequestFailed, match=r"127\.0\.0\.1"):
            await send(HttpClient(rule=ALLOWED), "http://127.0.0.1:1/")
        with pytest.raises(RequestFailed, match="cannot be looked up"):
            await send(HttpClient(resolve=nowhere), "http://nowhere.invalid/")

    asyncio.run(run())


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://example.com/", "file:///etc/passwd", "gopher://127.0.0.1:6379/_FLUSHALL", "http:///x", "example.com"),
        *("http://user:password@example.com/", "http://example.com/a b", "http://example.com/\r\nX: 1", "http://[::1"),
        *("http://example.com:99999/", "http://example.com:0/", "http://example.com:x/", "unix:///var/run/docker.sock"),
    ],
)
def test_malformed_addresses_are_refused(url: str) -> None:
    with pytest.raises(RequestRefused):
        asyncio.run(send(HttpClient(rule=ALLOWED), url))


@given(name=st.text(max_size=12), value=st.text(max_size=20))
def test_nothing_can_be_smuggled_into_the_headers(name: str, value: str) -> None:
    request = OutboundRequest(method="POST", url="http://example.com/", headers={f"X{name}": value}, body=b"12")
    try:
        encoded = dict(request_headers(request))
    except RequestRefused:
        return
    assert not any(set(part) & set(b"\r\n\0") for pair in encoded.items() for part in pair)
    assert encoded[b"Content-Length"] == b"2"
    assert encoded[b"Host"] == b"example.com"


def test_the_framing_of_a_request_is_not_for_others_to_say() -> None:
    async def run() -> None:
        async with receiver() as server:
            headers = {"Host": "evil.example", "content-length": "0", "Transfer-Encoding": "chunked"}
            await send(HttpClient(rule=ALLOWED), server.url, headers=headers, body=b"whole")
            assert server.received[0].body == b"whole"
            assert server.received[0].headers["host"].startswith("127.0.0.1")

    asyncio.run(run())
