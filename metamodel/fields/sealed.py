"""The value of an encrypted field, as everything but its own gate sees it: whether there is one, and whether two are equal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Mask = Literal["all", "last4", "email"]

DOT = "•"
HIDDEN = DOT * 8
"""What stands for a value of which nothing may be seen, its length included."""
_LEAST_WITH_LAST4 = 8


@dataclass(frozen=True, slots=True)
class Sealed:
    """`text` opens only with the tenant's keys, for the record that it is of; `mark` is the same for equal values of one field.
    `record_id`: the record that it was read of."""

    text: str = field(repr=False, compare=False)
    mark: str = field(repr=False)
    record_id: str | None = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        return HIDDEN


def masked(value: str, mask: Mask | None) -> str:
    """As much of a value as its field shows."""
    if mask == "last4" and len(value) >= _LEAST_WITH_LAST4:
        return f"{DOT * 4}{value[-4:]}"
    local, at, domain = value.rpartition("@")
    if mask == "email" and at and local:
        return f"{local[0]}{DOT * 3}@{domain}"
    return HIDDEN


def is_masked(value: Any) -> bool:
    """Whether it is what somebody was shown instead of a value."""
    return isinstance(value, str) and DOT in value
