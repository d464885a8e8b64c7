"""A rule's actions on records that nobody is saving: what changes a record goes through the write pipeline, the rest follows it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from trellis.automation.hooks import Automation, Change, SaveContext
from trellis.automation.outbox import write_entries
from trellis.automation.recursion import one_deeper
from trellis.automation.run import Run
from trellis.automation.steps import CompiledRule, Step
from trellis.automation.system_access import UncheckedAccessOfRules
from trellis.automation.views import Views
from trellis.records.draft import RecordChange
from trellis.records.load import load_records
from trellis.records.refusals import Refusals, refusal
from trellis.records.service import update
from trellis.records.shape import shape_of

RunSteps = Callable[[Run, Sequence[Step], Sequence[int]], Awaitable[None]]


async def carry_out(
    context: SaveContext,
    automation: Automation,
    run_steps: RunSteps,
    rule: CompiledRule,
    object_name: str,
    parts: Mapping[str, str],
) -> None:
    """`parts`: for each id of a live record what tells this time from every other: the effects get keys of it. A constant number of
    statements. Raises NotFound, and what saving the records does."""
    old = await load_changed(context, object_name, list(parts))
    run = await _begin(context, rule, object_name, old, parts)
    if rule.before:
        await run_steps(run, rule.before, range(len(old)))
        await _save(run, automation)
    if rule.after:
        saved = await load_changed(context, object_name, list(parts))
        for change, before in zip(saved, old, strict=True):
            change.old = before.old
        run = await _begin(context, rule, object_name, saved, parts)
        await run_steps(run, rule.after, range(len(saved)))
    await write_entries(context.transaction, context.compiled, run.entries, context.now)


async def load_changed(context: SaveContext, object_name: str, ids: Sequence[str]) -> list[Change]:
    """The live records as they are, locked until the transaction ends. One query. Raises NotFound."""
    refusals = Refusals()
    shape = shape_of(context.compiled, object_name)
    by_place = dict(enumerate(ids))
    loaded = await load_records(context, UncheckedAccessOfRules(), shape, by_place, "update", refusals)
    refusals.raise_any()
    return [Change(id=one, event="updated", values=dict(loaded[one].values), old=loaded[one].values) for one in ids]


async def _begin(
    context: SaveContext, rule: CompiledRule, object_name: str, changes: Sequence[Change], parts: Mapping[str, str]
) -> Run:
    views = Views(context, object_name, changes, rule.needs, rule.looking_up, are_written=True)
    await views.refresh()
    run = Run(
        context=context,
        object_name=object_name,
        changes=changes,
        views=views,
        parts=[parts[change.id] for change in changes],
        are_written=True,
    )
    run.begin(rule)
    return run


async def _save(run: Run, automation: Automation) -> None:
    """What the actions gave other values. Raises InvalidRecord for what they refuse."""
    errors = [error for change in run.changes for error in change.errors]
    if errors:
        raise refusal(errors)
    changes = [RecordChange(id=change.id, values=values) for change in run.changes if (values := _changed(change))]
    if changes:
        await update(one_deeper(run), automation, UncheckedAccessOfRules(), run.object_name, changes, source="trusted")


def _changed(change: Change) -> dict[str, Any]:
    old = change.old or {}
    return {name: value for name, value in change.values.items() if value != old.get(name)}
