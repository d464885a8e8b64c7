"""What makes a text area an editor of formulas."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """`service`: the address that is asked; `returns`: what the formula shall give, or with `returns_from` the form's field that says
    so; `blanks`: how a blank number reads; `is_filter`: whether it is said how many records match."""

    service: str
    returns: str = ""
    returns_from: str = ""
    syntax: str = "trellis"
    blanks: str = "blank"
    is_filter: bool = False
