"""Rules at a save: implements hooks.Automation. Which rules fire, in which phase their actions run, and each once for a record."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from trellis.automation.actions.assign import apply_assign
from trellis.automation.actions.create_record import apply_create
from trellis.automation.actions.notify import plan_notices
from trellis.automation.actions.set_field import apply_set
from trellis.automation.compile import NO_RULES, AssignStep, CompiledRule, CreateStep, EventRules, Phase, rules_for
from trellis.automation.hooks import Change, SaveContext
from trellis.automation.outbox import Entry, write_entries
from trellis.automation.run import Run
from trellis.automation.triggers import is_triggered
from trellis.automation.views import Views

_FIRED = "rules that fired"
_UNFINISHED = "rules that fired before the write, whose after actions are still to run"


class Engine:
    """What rules remember is in SaveContext.memory: which fired for which record in this transaction. `wake` is a driver's enqueue.
    All changes of a save have one event."""

    def __init__(self, wake: Callable[[str], None]) -> None:
        self._wake = wake

    async def before_save(self, context: SaveContext, object_name: str, changes: Sequence[Change]) -> None:
        phase = _rules(context, object_name, changes).before
        if phase is None:
            return
        run = await _run(context, object_name, changes, phase, are_written=False)
        for rule in phase.rules:
            indexes = await _fire(run, rule)
            for step in rule.before if indexes else ():
                await run.views.refresh()
                if isinstance(step, AssignStep):
                    await apply_assign(run, step, indexes)
                else:
                    apply_set(run, step, indexes)

    async def after_save(self, context: SaveContext, object_name: str, changes: Sequence[Change]) -> None:
        phase = _rules(context, object_name, changes).after
        if phase is None:
            return
        run = await _run(context, object_name, changes, phase, are_written=True)
        entries: list[Entry] = []
        for rule in phase.rules:
            indexes = _take_unfinished(run, rule) if rule.before else await _fire(run, rule)
            for step in rule.after if indexes else ():
                if isinstance(step, CreateStep):
                    await apply_create(run, self, step, indexes)
                    run.views.forget_lists()
                    await run.views.refresh()
                else:
                    entries += await plan_notices(run, step, indexes)
        await write_entries(context.transaction, context.compiled, entries, context.now)

    def committed(self, tenant: str) -> None:
        self._wake(tenant)


def _rules(context: SaveContext, object_name: str, changes: Sequence[Change]) -> EventRules:
    if not changes:
        return NO_RULES
    return rules_for(context.compiled, object_name, changes[0].event)


async def _run(
    context: SaveContext, object_name: str, changes: Sequence[Change], phase: Phase, *, are_written: bool
) -> Run:
    views = Views(context, object_name, changes, phase.needs, phase.looking_up, are_written=are_written)
    await views.refresh()
    return Run(context=context, object_name=object_name, changes=changes, views=views)


async def _fire(run: Run, rule: CompiledRule) -> list[int]:
    """The records that the rule fires for now, noted so that it does not again in this transaction."""
    run.rule = rule.name
    await run.views.refresh()
    fired = _noted(run, _FIRED)
    indexes = [
        index
        for index, change in enumerate(run.changes)
        if is_triggered(rule.triggers, change)
        and (rule.name, change.id) not in fired
        and run.holds(rule.condition, index)
    ]
    noted = {(rule.name, run.changes[index].id) for index in indexes}
    fired |= noted
    if rule.before and rule.after:
        _noted(run, _UNFINISHED).update(noted)
    return indexes


def _take_unfinished(run: Run, rule: CompiledRule) -> list[int]:
    """The records that it fired for before they were written, each once."""
    run.rule = rule.name
    unfinished = _noted(run, _UNFINISHED)
    indexes = [index for index, change in enumerate(run.changes) if (rule.name, change.id) in unfinished]
    unfinished.difference_update((rule.name, run.changes[index].id) for index in indexes)
    return indexes


def _noted(run: Run, what: str) -> set[tuple[str, str]]:
    noted: set[tuple[str, str]] = run.context.memory.setdefault(what, set())
    return noted
