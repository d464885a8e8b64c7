"""Rules at a save: implements hooks.Automation. Which rules fire, in which phase their actions run, and each once for a record."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from trellis.automation.compiling.rules import rules_for
from trellis.automation.execute import Execution
from trellis.automation.hooks import Change, SaveContext
from trellis.automation.ledger.pending import pending_of
from trellis.automation.ledger.sampling import Sampling
from trellis.automation.ledger.write import write_ledger
from trellis.automation.outbox import write_entries
from trellis.automation.run import Run, Watch
from trellis.automation.steps import NO_RULES, CompiledRule, EventRules, Phase
from trellis.automation.triggers import is_triggered
from trellis.automation.views import Views
from trellis.security.access import Access

_FIRED = "rules that fired"
_UNFINISHED = "rules that fired before the write, whose after actions are still to run"


class Engine:
    """What rules remember is in SaveContext.memory: which fired for which record in this transaction. `wake` is a driver's enqueue;
    `access`: the rights of rules that run as the user; `watch` sees conditions decided. All changes of a save have one event."""

    def __init__(self, wake: Callable[[str], None], access: Access, watch: Watch | None = None) -> None:
        self._wake = wake
        self._watch = watch
        self._sampling = Sampling()
        self._execution = Execution(self, access)

    async def before_save(self, context: SaveContext, object_name: str, changes: Sequence[Change]) -> None:
        phase = _rules(context, object_name, changes).before
        if phase is None:
            return
        pending_of(context).begin()
        run = await self._run(context, object_name, changes, phase, are_written=False)
        for rule in phase.rules:
            await self._execution.steps(run, rule.before, await _fire(run, rule))

    async def after_save(self, context: SaveContext, object_name: str, changes: Sequence[Change]) -> None:
        pending_of(context).settle(object_name, [change.id for change in changes])
        await self._after_save(context, object_name, changes)
        if context.depth == 0:
            await write_ledger(context)

    async def _after_save(self, context: SaveContext, object_name: str, changes: Sequence[Change]) -> None:
        phase = _rules(context, object_name, changes).after
        if phase is None:
            return
        run = await self._run(context, object_name, changes, phase, are_written=True)
        for rule in phase.rules:
            indexes = _take_unfinished(run, rule) if rule.before else await _fire(run, rule)
            await self._execution.steps(run, rule.after, indexes)
        await write_entries(context.transaction, context.compiled, run.entries, context.now)

    def committed(self, tenant: str) -> None:
        self._wake(tenant)

    async def _run(
        self, context: SaveContext, object_name: str, changes: Sequence[Change], phase: Phase, *, are_written: bool
    ) -> Run:
        views = Views(context, object_name, changes, phase.needs, phase.looking_up, are_written=are_written)
        await views.refresh()
        return Run(
            context=context,
            object_name=object_name,
            changes=changes,
            views=views,
            watch=self._watch,
            are_written=are_written,
            sampling=self._sampling,
        )


def _rules(context: SaveContext, object_name: str, changes: Sequence[Change]) -> EventRules:
    if not changes:
        return NO_RULES
    return rules_for(context.compiled, object_name, changes[0].event)


async def _fire(run: Run, rule: CompiledRule) -> list[int]:
    """The records that the rule fires for now, noted so that it does not again in this transaction."""
    run.begin(rule)
    await run.views.refresh()
    fired = _noted(run, _FIRED)
    indexes = [
        index
        for index, change in enumerate(run.changes)
        if is_triggered(rule.triggers, change)
        and (rule.name, change.id) not in fired
        and not change.errors
        and run.holds(rule.condition, index)
    ]
    noted = {(rule.name, run.changes[index].id) for index in indexes}
    fired |= noted
    if rule.before and rule.after:
        _noted(run, _UNFINISHED).update(noted)
    return indexes


def _take_unfinished(run: Run, rule: CompiledRule) -> list[int]:
    """The records that it fired for before they were written, each once."""
    run.begin(rule)
    unfinished = _noted(run, _UNFINISHED)
    indexes = [index for index, change in enumerate(run.changes) if (rule.name, change.id) in unfinished]
    unfinished.difference_update((rule.name, run.changes[index].id) for index in indexes)
    return indexes


def _noted(run: Run, what: str) -> set[tuple[str, str]]:
    noted: set[tuple[str, str]] = run.context.memory.setdefault(what, set())
    return noted
