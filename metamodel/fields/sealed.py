"""The value of an encrypted field, as everything but its own gate sees it: whether there is one, and whether two are equal."""

from __future__ import annotations

from typing import Any, Literal

Mask = Literal["all", "last4", "email"]

DOT = "•"
HIDDEN = DOT * 8
"""What stands for a value of which nothing may be seen, its length included."""
_LEAST_WITH_LAST4 = 8


class Sealed:
    """`text` opens only with the tenant's keys, for the record that it is of; `mark` is the same for equal values of one field.
    `record_id`: the record that it was read of. No dataclass: what writes those out by itself, as JSON or as a dict, gets nothing of it."""

    __slots__ = ("mark", "record_id", "text")

    def __init__(self, *, text: str, mark: str, record_id: str | None = None) -> None:
        self.text = text
        self.mark = mark
        self.record_id = record_id

    def of(self, record_id: str) -> Sealed:
        """The same, with the record that it was read of."""
        return Sealed(text=self.text, mark=self.mark, record_id=record_id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and self.mark == other.mark

    def __hash__(self) -> int:
        return hash(self.mark)

    def __str__(self) -> str:
        return HIDDEN

    __repr__ = __str__


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
