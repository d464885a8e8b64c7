"""Rules at a save: implements hooks.Automation. Which rules fire, in which phase their actions run, and each once for a record."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from trellis.automation.approvals.locks import refuse_locked
from trellis.automation.compiling.rules import rules_for
from trellis.automation.execute import Execution
from trellis.automation.firing import Meetings, fire, take_unfinished
from trellis.automation.hooks import Change, SaveContext
from trellis.automation.ledger.pending import pending_of
from trellis.automation.ledger.sampling import Sampling
from trellis.automation.ledger.write import write_ledger
from trellis.automation.outbox import write_entries
from trellis.automation.run import Run, Watch
from trellis.automation.steps import NO_RULES, EventRules, Phase
from trellis.automation.timing.date_plans import note_dates
from trellis.automation.views import Views
from trellis.security.access import Access


class Engine:
    """What rules remember is in SaveContext.memory: which fired for which record in this transaction. `wake` is a driver's enqueue;
    `access`: the rights of rules that run as the user; `watch` sees conditions decided. All changes of a save have one event."""

    def __init__(self, wake: Callable[[str], None], access: Access, watch: Watch | None = None) -> None:
        self._wake = wake
        self._watch = watch
        self._sampling = Sampling()
        self._execution = Execution(self, access)

    async def before_save(self, context: SaveContext, object_name: str, changes: Sequence[Change]) -> None:
        await refuse_locked(context, object_name, changes)
        phase = _rules(context, object_name, changes).before
        if phase is None:
            return
        run = await self._run(context, object_name, changes, phase, are_written=False)
        meetings = Meetings(run, phase)
        for rule, met in meetings:
            indexes = fire(run, rule, met)
            if indexes:
                await self._execution.steps(run, rule.before, indexes)
                await run.views.refresh()
                meetings.renew(indexes)

    async def after_save(self, context: SaveContext, object_name: str, changes: Sequence[Change]) -> None:
        pending_of(context).keep(object_name, changes)
        await note_dates(context, object_name, changes)
        await self._after_save(context, object_name, changes)
        if context.depth == 0:
            await write_ledger(context)

    async def _after_save(self, context: SaveContext, object_name: str, changes: Sequence[Change]) -> None:
        phase = _rules(context, object_name, changes).after
        if phase is None:
            return
        run = await self._run(context, object_name, changes, phase, are_written=True)
        meetings = Meetings(run, phase)
        for rule, met in meetings:
            indexes = take_unfinished(run, rule) if rule.before else fire(run, rule, met)
            known = run.views.times_forgotten
            await self._execution.steps(run, rule.after, indexes)
            if run.views.times_forgotten != known:
                await run.views.refresh()
                meetings.renew(range(len(changes)))
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
