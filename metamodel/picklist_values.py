"""The values of a picklist, a field's own or a global set's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PicklistValue:
    """`name` is what is stored and what formulas compare; `hue` 0-360, None for grey."""

    name: str
    label: str
    hue: int | None = None
    active: bool = True
    default: bool = False
