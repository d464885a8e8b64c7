"""`create`: new records, through the same pipeline as anybody's, one rule deeper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from trellis.automation.compile import CreateStep
from trellis.automation.errors import RuleRecursion
from trellis.automation.hooks import Automation
from trellis.automation.run import Run
from trellis.automation.system_access import UncheckedAccessOfRules
from trellis.records.service import create

MAX_DEPTH = 8


async def apply_create(run: Run, automation: Automation, step: CreateStep, indexes: Sequence[int]) -> None:
    """One batch for all records that matched. Raises RuleRecursion naming the chain, or what the pipeline raises."""
    chain = (*run.context.chain, run.rule)
    if run.context.depth >= MAX_DEPTH:
        raise RuleRecursion(
            f"rules set one another off more than {MAX_DEPTH} times: {' -> '.join(chain)}",
            hint="Give one of them a condition that ends the circle. Nothing was saved.",
        )
    payloads = [{field: run.evaluate(value, index) for field, value in step.values} for index in indexes]
    deeper = replace(run.context, depth=run.context.depth + 1, chain=chain)
    await create(deeper, automation, UncheckedAccessOfRules(), step.object, payloads, source="trusted")
