"""A condition into what a record must have for it to be true, or to fail: values of fields outside of which it need not be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeGuard

from rule_engine import typed
from rule_engine.checking.warnings.values import ALL, BLANK, PRESENT, Values, only
from rule_engine.rules.analysis.effort import TooMuch
from rule_engine.rules.analysis.regions import Box, Boxes, Space, intersect
from rule_engine.types import Kind

Needed = Mapping[str, Values]
"""By the path of the field, joined with dots, in terms of the values that records hold."""

Part = tuple[Needed, bool]
"""`True`: a record that has all of it makes the condition true for certain."""

IsPlain = Callable[[str], bool]
"""Whether reading a path never fails, as that of a field that is computed may."""

MAX_PARTS = 8
_KINDS = (Kind.TEXT, Kind.PICKLIST, Kind.ID, Kind.NUMBER, Kind.BOOLEAN, Kind.DATE, Kind.DATETIME, Kind.TIME)


def needed_by(tree: typed.Typed, is_plain: IsPlain) -> tuple[Part, ...]:
    """Parts, of which a record must have one; none when the condition is never true and never fails."""
    space = Space()
    boxes: Boxes = [{}]
    asked = _asked_first(tree, is_plain)
    for one in asked:
        try:
            region = space.region(one)
        except TooMuch:
            asked = []
            continue
        both = [box for first in boxes for second in region if (box := intersect(first, second)) is not None]
        if len(both) <= MAX_PARTS:
            boxes = both
        else:
            asked = []
    return tuple(part for box in boxes if (part := _part(space, box, is_whole=asked == [tree])) is not None)


def _part(space: Space, box: Box, *, is_whole: bool) -> Part | None:
    needed: dict[str, Values] = {}
    for subject, values in box.items():
        node = space.nodes[subject]
        if not _is_looked_up(node):
            is_whole = False
            continue
        path = ".".join(node.reference.path)
        stored = _as_stored(values, node)
        needed[path] = needed[path] & stored if path in needed else stored
        if not needed[path]:
            return None
    return {path: values for path, values in needed.items() if values != ALL}, is_whole


def _is_looked_up(node: typed.Typed) -> TypeGuard[typed.Read]:
    return (
        isinstance(node, typed.Read)
        and not node.is_prior
        and not node.reference.type.percent
        and node.type.kind in _KINDS
    )


def _asked_first(tree: typed.Typed, is_plain: IsPlain) -> list[typed.Typed]:
    """The parts that must all be true and that are asked before anything that may fail."""
    if not _may_fail(tree, is_plain):
        return [tree]
    if not isinstance(tree, typed.All):
        return []
    parts: list[typed.Typed] = []
    for operand in tree.operands:
        parts += _asked_first(operand, is_plain)
        if _may_fail(operand, is_plain):
            break
    return parts


def _may_fail(tree: typed.Typed, is_plain: IsPlain) -> bool:
    """Arithmetic may go out of range."""
    return typed.can_fail(tree) or any(
        (isinstance(node, typed.Apply | typed.Aggregate) and node.type.kind is Kind.NUMBER)
        or (isinstance(node, typed.Read) and not is_plain(".".join(node.reference.path)))
        for node in typed.walk(tree)
    )


def _as_stored(values: Values, node: typed.Read) -> Values:
    """A blank reads as FALSE, and as 0 where the formula says so."""
    reads_as = False if node.type.kind is Kind.BOOLEAN else 0 if node.blank_is_zero else None
    if reads_as is None:
        return values
    present = values & PRESENT
    return present | BLANK if values.contains(only((reads_as,))) else present
