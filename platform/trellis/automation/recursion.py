"""Saves that rules make: one deeper than the save that set them off, and not without end."""

from __future__ import annotations

from dataclasses import replace

from trellis.automation.errors import RuleRecursion
from trellis.automation.hooks import SaveContext
from trellis.automation.run import Run

MAX_DEPTH = 8


def one_deeper(run: Run) -> SaveContext:
    """Raises RuleRecursion naming the chain."""
    chain = (*run.context.chain, run.rule)
    if run.context.depth >= MAX_DEPTH:
        raise RuleRecursion(
            f"rules set one another off more than {MAX_DEPTH} times: {' -> '.join(chain)}",
            hint="Give one of them a condition that ends the circle. Nothing was saved.",
        )
    return replace(run.context, depth=run.context.depth + 1, chain=chain)
