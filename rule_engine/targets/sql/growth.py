"""How large an expression's SQL gets: parts are shared in memory, but written out at each place where they stand; and how
deep, since SQLAlchemy writes it by recursion and SQLite reads it with a small stack.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.sql import elements, functions, selectable
from sqlalchemy.sql.visitors import ExternallyTraversible

from rule_engine.errors import UnsupportedOnTarget
from rule_engine.targets.sql.dialect import Element

# The longest lists, a thousand calls joined by ||, have some 25,000 parts and take 3,000 steps to compile. SQLAlchemy needs up
# to five frames of Python's stack, which has a thousand, for each level.
MAX_PARTS = 40_000
MAX_LEVELS = 150
MAX_STEPS = 10_000
# SQLite before 3.46 reads no more than 100 unfinished pieces of a statement, and builds no tree of more than 1,000 levels, where
# each operand of a chain is a level. The statement around needs some, too.
MAX_UNFINISHED = 75
MAX_TREE_LEVELS = 800


def too_large(target: str) -> UnsupportedOnTarget:
    return UnsupportedOnTarget(target, "a formula whose SQL grows so large")


@dataclass(frozen=True, slots=True)
class _Size:
    """`levels` of SQLAlchemy's expression; `unfinished`: how many pieces SQLite's parser keeps at most; `tree_levels` of
    what it builds."""

    parts: int
    levels: int
    unfinished: int
    tree_levels: int


def refuse_growth(element: Element, target: str) -> None:
    """Takes time for each part once, however often it stands there.

    Raises: UnsupportedOnTarget.
    """
    size = _measured(element)
    if size.parts > MAX_PARTS:
        raise too_large(target)
    is_unreadable = target == "sqlite" and (size.unfinished > MAX_UNFINISHED or size.tree_levels > MAX_TREE_LEVELS)
    if size.levels > MAX_LEVELS or is_unreadable:
        raise UnsupportedOnTarget(target, "a formula that is nested too deeply")


def _measured(element: Element) -> _Size:
    sizes: dict[int, _Size] = {}
    kept: list[list[ExternallyTraversible]] = []  # so that no identity is used twice
    waiting: list[tuple[ExternallyTraversible, list[ExternallyTraversible] | None]] = [(element, None)]
    while waiting:
        part, children = waiting.pop()
        if id(part) in sizes:
            continue
        if children is None:
            children = list(part.get_children())
            kept.append(children)
            waiting.append((part, children))
            waiting.extend((child, None) for child in children if id(child) not in sizes)
        else:
            sizes[id(part)] = _size_of(part, [sizes[id(child)] for child in children])
    return sizes[id(element)]


def _size_of(part: ExternallyTraversible, below: Sequence[_Size]) -> _Size:
    operands = len(below) if isinstance(part, elements.BooleanClauseList) else 1
    last = len(below) - 1
    unfinished = (size.unfinished + _pieces_before(part, place, last) for place, size in enumerate(below))
    return _Size(
        parts=1 + sum(size.parts for size in below),
        levels=1 + max((size.levels for size in below), default=0),
        unfinished=max(unfinished, default=1),
        tree_levels=operands + max((size.tree_levels for size in below), default=0),
    )


def _pieces_before(part: ExternallyTraversible, place: int, last: int) -> int:
    """What SQLite's parser has read of a part, and not yet put together, when it comes to the child at a place."""
    match part:
        case elements.BinaryExpression() | elements.ClauseList():
            return 2 if place else 0
        case elements.Case():  # conditions, each with its result, and what else
            return 4 if place == last or place % 2 == 0 else 6
        case functions.FunctionElement() | elements.Cast():
            return 2
        case elements.Grouping() | elements.UnaryExpression():
            return 1
        case selectable.SelectBase():
            return 10
    return 0
