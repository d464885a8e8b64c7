"""One line of an outline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LineKind = Literal["when", "if", "else", "after", "action", "row", "step", "given", "expect"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`depth`: how far in, from 0. `number`: the line of the rule file, where it is known. `text` without a full stop."""

    kind: LineKind
    text: str
    depth: int = 0
    number: int | None = None
