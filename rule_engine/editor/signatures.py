"""Which function a place is an argument of, and which argument it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rule_engine.editor.surroundings import Surroundings, surroundings
from rule_engine.functions import FUNCTIONS
from rule_engine.functions.entry import Function
from rule_engine.tokenizer import tokens
from rule_engine.types import Path, Reference, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureHelp:
    """`parameters`: where each stands in `signature`; `active`: the index of the one that is being written, None when
    the call takes no more."""

    name: str
    signature: str
    parameters: tuple[tuple[int, int], ...]
    active: int | None
    summary_en: str
    summary_zh: str


class _NoNames:
    """A scope without names: signatures need none."""

    def find(self, path: Path) -> Reference | None:
        return None

    def names(self, prefix: Path) -> tuple[str, ...]:
        return ()


_PARAMETER = re.compile(r"[^,\s](?:[^,]*[^,\s])?")


def signature_help(source: str, position: int, scope: Scope | None = None) -> SignatureHelp | None:
    """The innermost call of a built-in around `position`, None outside of all. Never raises. `scope` tells whether MIN
    and MAX go over a child list."""
    place = at_position(source, position, scope or _NoNames())
    for frame in reversed(place.frames):
        function = FUNCTIONS.get(frame.function or "")
        if function is None or function.is_internal:
            if frame.function not in (None, "in"):
                return None
            continue
        return describe_call(function, frame.argument, is_over_rows=frame.rows is not None)
    return None


def describe_call(function: Function, argument: int, *, is_over_rows: bool = False) -> SignatureHelp:
    """The signature of a built-in with the parameter that its argument at this index is for."""
    signature = _signature(function, is_over_rows=is_over_rows)
    parameters = _parameters(signature)
    return SignatureHelp(
        name=function.name,
        signature=signature,
        parameters=tuple(parameters),
        active=_active([signature[start:end] for start, end in parameters], argument),
        summary_en=function.summary_en,
        summary_zh=function.summary_zh,
    )


def at_position(source: str, position: int, scope: Scope) -> Surroundings:
    """What stands around an offset. A token that goes on behind it counts as not begun."""
    before = tuple(token for token in tokens(source) if token.start < position)
    last = None
    for place in surroundings(source, before, scope):
        last = place
    assert last is not None
    return last


def _signature(function: Function, *, is_over_rows: bool) -> str:
    """One of the ways to call it: MAX goes over numbers, or over the rows of a child list."""
    ways = re.split(rf" \| (?={function.name}\()", function.usage)
    return next((way for way in ways if is_over_rows and "children" in way), ways[0])


def _parameters(signature: str) -> list[tuple[int, int]]:
    """Where those between the brackets stand."""
    opening, closing = signature.index("("), signature.rindex(")")
    return [match.span() for match in _PARAMETER.finditer(signature, opening + 1, closing)]


def _active(names: list[str], argument: int) -> int | None:
    """`...` repeats what stands before it: one parameter, or two where one more comes after it."""
    if "..." not in names:
        return argument if argument < len(names) else None
    dots = names.index("...")
    if argument < dots:
        return argument
    size = 2 if dots + 1 < len(names) else 1
    return dots - size + (argument - dots) % size
