"""Request bytes -> a JSON value, or the precise reason why not. Knows nothing of what the value means."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import orjson
from starlette.types import Receive, Scope

from trellis.api.errors import BodyTooLarge, InvalidJson, UnsupportedMediaType
from trellis.errors import InvalidRequest

MAX_BODY_BYTES = 5_000_000
MAX_DEPTH = 32

# orjson reads numbers as binary floating point, exact to 15 digits; a body that may hold longer ones is read again as decimals.
_LONG_NUMBER = re.compile(rb"\d[\d.]{15}")


async def read_body(scope: Scope, receive: Receive, *, max_bytes: int = MAX_BODY_BYTES) -> bytes:
    """Raises BodyTooLarge as soon as that is known."""
    declared = _header(scope, b"content-length")
    if declared.isdigit() and int(declared) > max_bytes:
        raise _too_large(max_bytes)
    message = await receive()
    if message["type"] == "http.disconnect":
        raise InvalidRequest("The connection closed before the body was complete.")
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        if len(body) > max_bytes:
            raise _too_large(max_bytes)
        return body
    return await _read_rest(bytearray(body), receive, max_bytes)


async def _read_rest(body: bytearray, receive: Receive, max_bytes: int) -> bytes:
    while True:
        if len(body) > max_bytes:
            raise _too_large(max_bytes)
        message = await receive()
        if message["type"] == "http.disconnect":
            raise InvalidRequest("The connection closed before the body was complete.")
        body += message.get("body", b"")
        if not message.get("more_body", False):
            if len(body) > max_bytes:
                raise _too_large(max_bytes)
            return bytes(body)


def parse_json(body: bytes) -> Any:
    """Numbers with more than 15 digits come as Decimal or int, with every digit. Of a key given twice, the last value counts."""
    if not body:
        raise InvalidJson("The body is empty; expected JSON.")
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise InvalidJson(
            f"The body is not valid JSON: {error.msg} at {place}.", hint="Send one JSON value, in UTF-8."
        ) from None
    if _depth_exceeds(value, MAX_DEPTH):
        raise InvalidJson(f"The body is nested more than {MAX_DEPTH} levels deep.")
    if _LONG_NUMBER.search(body):
        try:
            return json.loads(body, parse_float=Decimal)
        except ValueError:  # a whole number of thousands of digits, which Python refuses to read
            raise InvalidJson("The body holds a number of too many digits.") from None
    return value


def _depth_exceeds(value: Any, levels: int) -> bool:
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list):
        return False
    return levels == 0 or any(_depth_exceeds(item, levels - 1) for item in value)


def check_media_type(scope: Scope) -> None:
    """Raises UnsupportedMediaType for anything but JSON in UTF-8."""
    given = _header(scope, b"content-type").decode("latin-1")
    media_type, _, parameters = given.partition(";")
    media_type = media_type.strip().lower()
    is_json = media_type == "application/json" or (
        media_type.startswith("application/") and media_type.endswith("+json")
    )
    if not is_json:
        raise UnsupportedMediaType(
            f"The body's media type is {media_type or 'not given'}.", hint="Send Content-Type: application/json."
        )
    charset = parameters.partition("charset=")[2].strip(' "').lower()
    if charset not in ("", "utf-8", "utf8"):
        raise UnsupportedMediaType(f"The body's charset is {charset}.", hint="JSON is always UTF-8.")


def _header(scope: Scope, name: bytes) -> bytes:
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return b""


def _too_large(max_bytes: int) -> BodyTooLarge:
    return BodyTooLarge(f"The body is larger than {max_bytes:,} bytes.", hint="Send the records in smaller batches.")
