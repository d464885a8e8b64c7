"""How large an expression's SQL gets: parts are shared in memory, but written out at each place where they stand."""

from __future__ import annotations

from sqlalchemy.sql.visitors import ExternallyTraversible

from rule_engine.errors import UnsupportedOnTarget
from rule_engine.targets.sql.dialect import Element

# The longest lists, a thousand calls joined by ||, have some 25,000 parts and take 3,000 steps to compile.
MAX_PARTS = 40_000
MAX_STEPS = 10_000


def too_large(target: str) -> UnsupportedOnTarget:
    return UnsupportedOnTarget(target, "a formula whose SQL grows so large")


def count_parts(element: Element) -> int:
    """How many parts are written out. Takes time for each part once, however often it stands there."""
    counts: dict[int, int] = {}
    kept: list[list[ExternallyTraversible]] = []  # so that no identity is used twice
    waiting: list[tuple[ExternallyTraversible, list[ExternallyTraversible] | None]] = [(element, None)]
    while waiting:
        part, children = waiting.pop()
        if id(part) in counts:
            continue
        if children is None:
            children = list(part.get_children())
            kept.append(children)
            waiting.append((part, children))
            waiting.extend((child, None) for child in children if id(child) not in counts)
        else:
            counts[id(part)] = 1 + sum(counts[id(child)] for child in children)
    return counts[id(element)]
