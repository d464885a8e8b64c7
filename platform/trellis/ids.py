"""Identifiers: UUIDv7, so that keys are made in order."""

from __future__ import annotations

import re

from uuid_utils import uuid7

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


def new_id() -> str:
    """A new UUIDv7 as lower-case text with hyphens."""
    return str(uuid7())


def is_id(value: object) -> bool:
    """Whether `value` is an identifier as new_id writes them, of any UUID version."""
    return isinstance(value, str) and _ID.match(value) is not None
