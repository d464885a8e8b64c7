"""Bodies: what is read, and what is refused with which code."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from starlette.types import Message

from trellis.api.body import MAX_BODY_BYTES, MAX_DEPTH, check_media_type, parse_json, read_body
from trellis.api.errors import BodyTooLarge, InvalidJson, UnsupportedMediaType
from trellis.errors import InvalidRequest


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"{}", {}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'{"a": 0.1}', {"a": 0.1}),
        (b'{"a": 1234567890123456.78}', {"a": Decimal("1234567890123456.78")}),
        (b'{"a": 123456789012345678901234567890}', {"a": 123456789012345678901234567890}),
        (b'{"phone": "0049 1234567890123456"}', {"phone": "0049 1234567890123456"}),
        ('{"名": "梅"}'.encode(), {"名": "梅"}),
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, None),
    ],
)
def test_json_is_read_with_every_digit(body: bytes, value: Any) -> None:
    read = parse_json(body)
    assert value is None or read == value


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"a": }',
        b"{'a': 1}",
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b"\xff\xfe",
        b'"\\ud800"',
        b"\xef\xbb\xbf{}",
        b"{} {}",
        b"[" * (MAX_DEPTH + 2) + b"]" * (MAX_DEPTH + 2),
        b'{"a":' * 900 + b"1" + b"}" * 900,
        b"[" * 1_000_000,
        b'{"a": ' + b"1" * 10_000 + b"}",
    ],
)
def test_what_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidJson):
        parse_json(body)


def _read(chunks: list[bytes], headers: list[tuple[bytes, bytes]]) -> Any:
    messages: list[Message] = [
        {"type": "http.request", "body": chunk, "more_body": index < len(chunks) - 1}
        for index, chunk in enumerate(chunks)
    ]

    async def receive() -> Message:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    scope = {"type": "http", "headers": headers}
    check_media_type(scope)
    return parse_json(asyncio.run(read_body(scope, receive)))


JSON_HEADER = (b"content-type", b"application/json")


@pytest.mark.parametrize(
    "media_type", [b"application/json", b"application/merge-patch+json", b"Application/JSON; charset=UTF-8"]
)
def test_a_body_comes_in_pieces(media_type: bytes) -> None:
    assert _read([b'{"a"', b": 1", b"}"], [(b"content-type", media_type)]) == {"a": 1}


@pytest.mark.parametrize(
    "media_type", [b"", b"text/plain", b"application/x-www-form-urlencoded", b"application/json; charset=latin-1"]
)
def test_another_media_type_is_refused(media_type: bytes) -> None:
    with pytest.raises(UnsupportedMediaType):
        _read([b"{}"], [(b"content-type", media_type)])


def test_a_body_that_is_too_large_is_refused_before_it_is_read_and_while() -> None:
    with pytest.raises(BodyTooLarge):
        _read([b"{}"], [JSON_HEADER, (b"content-length", str(MAX_BODY_BYTES + 1).encode())])
    piece = b" " * 1_000_000
    with pytest.raises(BodyTooLarge):
        _read([piece] * 6, [JSON_HEADER])


def test_a_connection_that_closes_early_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        _read([], [JSON_HEADER])
