"""How large an expression's SQL gets: parts are shared in memory, but written out at each place where they stand; and how
deep, since SQLAlchemy writes it by recursion.
"""

from __future__ import annotations

from sqlalchemy.sql.visitors import ExternallyTraversible

from rule_engine.errors import UnsupportedOnTarget
from rule_engine.targets.sql.dialect import Element

# The longest lists, a thousand calls joined by ||, have some 25,000 parts and take 3,000 steps to compile. SQLAlchemy needs up
# to five frames of Python's stack, which has a thousand, for each level.
MAX_PARTS = 40_000
MAX_LEVELS = 150
MAX_STEPS = 10_000


def too_large(target: str) -> UnsupportedOnTarget:
    return UnsupportedOnTarget(target, "a formula whose SQL grows so large")


def is_too_large(element: Element) -> bool:
    """Takes time for each part once, however often it stands there."""
    sizes: dict[int, tuple[int, int]] = {}
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
            below = [sizes[id(child)] for child in children]
            sizes[id(part)] = 1 + sum(parts for parts, _ in below), 1 + max((levels for _, levels in below), default=0)
    parts, levels = sizes[id(element)]
    return parts > MAX_PARTS or levels > MAX_LEVELS
