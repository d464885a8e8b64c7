"""Records that checked rules name."""

from __future__ import annotations

from dataclasses import dataclass

from rule_engine.types import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class OneRecord:
    """The record that a lookup of the triggering record points to, a loop variable, or an alias; ("id",) is the triggering record
    itself. `object`: of what it is."""

    path: Path
    object: str
