"""Reads the members of a JSON object in a body: known names only, each of its type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from trellis.errors import InvalidRequest


def known_members(body: dict[str, Any], known: tuple[str, ...]) -> dict[str, Any]:
    """`body` itself. Raises InvalidRequest for a member that is not `known`."""
    for name in body:
        if name not in known:
            raise InvalidRequest(f'The body has an unknown member "{name[:60]}".', hint=nearest_hint(name, known))
    return body


def nearest_hint(name: str, known: Iterable[str]) -> str:
    names = tuple(known)
    nearest = get_close_matches(name[:100], names, n=1)
    return f"{f'Did you mean {nearest[0]}? ' if nearest else ''}Known here: {', '.join(names)}."


def text(body: Mapping[str, Any], name: str, *, default: str | None = None) -> str:
    value = body.get(name, default)
    if not isinstance(value, str):
        raise InvalidRequest(f"{name} must be a text.")
    return value


def optional_text(body: Mapping[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidRequest(f"{name} must be a text or null.")
    return value or None


def flag(body: Mapping[str, Any], name: str) -> bool:
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise InvalidRequest(f"{name} must be true or false.")
    return value


def whole_number(body: Mapping[str, Any], name: str, *, default: int | None, least: int, most: int) -> int | None:
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise InvalidRequest(f"{name} must be a whole number from {least:,} to {most:,}.")
    return value
