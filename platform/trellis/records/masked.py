"""What somebody was shown instead of an encrypted value, and gave back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from metamodel.fields.field import Field
from metamodel.fields.sealed import is_masked


@dataclass(frozen=True, slots=True)
class Masked:
    """What somebody was shown instead of a value, and gave back."""

    text: str


def masked_or(field: Field, value: Any) -> Masked | None:
    """What is given for an encrypted field and need not be understood as a value of it; None for all else."""
    return Masked(value) if field.encrypted and is_masked(value) else None
