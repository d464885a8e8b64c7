"""Identifiers: UUIDv7, so that keys are made in order."""

from __future__ import annotations

from uuid_utils import uuid7


def new_id() -> str:
    """A new UUIDv7 as lower-case text with hyphens."""
    return str(uuid7())
