"""Random formulas as text, always well typed; they shrink to short ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from hypothesis import strategies as st

from tests.agreement.grammar import (
    BOUND,
    CHILD_LEAVES,
    LEAVES,
    TEMPLATES,
    TRELLIS_LEAVES,
    TRELLIS_TEMPLATES,
    of_any_kind,
)

Mode = Literal["trellis", "salesforce"]
_HOLE = re.compile(r"\{(child )?(\w+)\}")
RESULTS = ("number", "text", "flag", "date", "datetime", "time", "ratio", "double")


@dataclass(frozen=True, slots=True)
class Case:
    """One formula and how it is read."""

    text: str
    mode: Mode
    blank_as_zero: bool


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What may stand at a place. `leaves` grow by the names that a LET binds; a child row knows no lists."""

    mode: Mode
    leaves: Mapping[str, tuple[str, ...]]
    in_child: bool = False
    bound: int = 0

    def templates(self, kind: str) -> tuple[str, ...]:
        own = TRELLIS_TEMPLATES.get(kind, ()) if self.mode == "trellis" else ()
        known = (*TEMPLATES[kind], *own, *of_any_kind(kind))
        return tuple(template for template in known if not (self.in_child and _reads_record(template)))

    def with_local(self, kind: str) -> tuple[str, Surroundings]:
        """A new name, and the surroundings that know it."""
        name = f"v{self.bound + 1}"
        leaves = {**self.leaves, kind: (*self.leaves[kind], name)}
        return name, replace(self, leaves=leaves, bound=self.bound + 1)

    def of_child(self) -> Surroundings:
        """Inside a child list; a name that a LET binds is seen there too."""
        own = {
            kind: tuple(leaf for leaf in leaves if re.fullmatch(r"v\d+", leaf)) for kind, leaves in self.leaves.items()
        }
        return replace(self, leaves={kind: (*CHILD_LEAVES[kind], *own[kind]) for kind in CHILD_LEAVES}, in_child=True)


def _reads_record(template: str) -> bool:
    return re.search(r"\b(lines|status|tags|owner|amount|price|count|discount)\b", template) is not None


def _surroundings(mode: Mode) -> Surroundings:
    extra = TRELLIS_LEAVES if mode == "trellis" else {}
    return Surroundings(mode, {kind: (*leaves, *extra.get(kind, ())) for kind, leaves in LEAVES.items()})


@st.composite
def cases(draw: st.DrawFn) -> Case:
    mode: Mode = draw(st.sampled_from(("trellis", "salesforce")))
    kind = draw(st.sampled_from(RESULTS))
    text = _written(draw, _surroundings(mode), kind, draw(st.integers(1, 3)))
    return Case(text, mode, draw(st.booleans()))


def _written(draw: st.DrawFn, around: Surroundings, kind: str, depth: int) -> str:
    leaves = around.leaves[kind]
    if depth == 0:
        return draw(st.sampled_from(leaves))
    lets = (_LET,) if around.mode == "trellis" and not around.in_child else ()
    template = draw(st.sampled_from((*leaves, *around.templates(kind), *lets)))
    if template == _LET:
        return _let(draw, around, kind, depth)

    def fill(hole: re.Match[str]) -> str:
        inside = around.of_child() if hole[1] else around
        return _written(draw, inside, hole[2], depth - 1)

    return _HOLE.sub(fill, template)


_LET = "LET"


def _let(draw: st.DrawFn, around: Surroundings, kind: str, depth: int) -> str:
    of = draw(st.sampled_from(BOUND))
    value = _written(draw, around, of, depth - 1)
    name, inside = around.with_local(of)
    return f"LET({name}, {value}, {_written(draw, inside, kind, depth - 1)})"
