"""The text of a SCIM filter -> conditions that all have to hold (RFC 7644, 3.4.2.2): `eq`, joined by `and`. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import orjson

from trellis.security.scim.errors import ScimRefused

Value = str | bool
MOST_CONDITIONS = 10
_CONDITION = re.compile(r'\s*([A-Za-z][\w.:$-]*)\s+(\w+)(?:\s+("(?:[^"\\]|\\.)*"|true|false|null|-?[\d.]+))?', re.I)
_AND = re.compile(r"\s+and\b", re.I)
_CORE = re.compile(r"urn:ietf:params:scim:schemas:core:2\.0:(?:User|Group):", re.I)


def parse_filter(text: str, known: Mapping[str, str]) -> Sequence[tuple[str, Value]]:
    """(column, value) of each condition. `known`: attributes in lower case -> column. Raises ScimRefused."""
    found: list[tuple[str, Value]] = []
    place = 0
    while True:
        match = _CONDITION.match(text, place)
        if match is None or len(found) == MOST_CONDITIONS:
            raise _wrong(f"It cannot be read from {text[place : place + 40]!r} on.")
        found.append(_read(match[1], match[2], match[3], known))
        place = match.end()
        if not text[place:].strip():
            return found
        joined = _AND.match(text, place)
        if joined is None:
            raise _wrong(f"Conditions are joined by and; this is {text[place : place + 40]!r}.")
        place = joined.end()


def _read(attribute: str, operator: str, value: str | None, known: Mapping[str, str]) -> tuple[str, Value]:
    column = known.get(_CORE.sub("", attribute).lower())
    if column is None:
        raise _wrong(f"{attribute[:60]} cannot be filtered by; {', '.join(known)} can.")
    if operator.lower() != "eq" or value is None:
        raise _wrong(f"{operator[:20]} is not known; eq with a value is.")
    try:
        read = orjson.loads(value.lower() if value[0] != '"' else value)
    except orjson.JSONDecodeError:
        raise _wrong(f"The value {value[:40]} cannot be read.") from None
    if not isinstance(read, str | bool) or isinstance(read, bool) != (column == "is_active"):
        raise _wrong(f"{attribute[:60]} is not compared with {value[:40]}.")
    return column, read


def _wrong(message: str) -> ScimRefused:
    return ScimRefused(f"The filter is not understood. {message}", kind="invalidFilter")
