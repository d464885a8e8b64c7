"""Rules that something else than a save sets off, such as a time: their actions go through the write pipeline all the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from trellis.automation.firing import note_fired
from trellis.automation.hooks import Automation, Change, SaveContext
from trellis.automation.ledger.pending import pending_of
from trellis.automation.ledger.sampling import Sampling
from trellis.automation.named import GivenViews
from trellis.automation.outbox import write_entries
from trellis.automation.run import Run, Watch
from trellis.automation.steps import CompiledRule, Step
from trellis.automation.system_access import UncheckedAccessOfRules
from trellis.automation.views import Views
from trellis.records.draft import Rejected, Saved
from trellis.records.save import Batch, save_what_rules_set

RunSteps = Callable[[Run, Sequence[Step], Sequence[int]], Awaitable[None]]
"""What Execution.steps does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """`rule`: whatever its triggers are. `parts`: for each record what tells this time from every other; the effects get keys of it.
    `given`: globals that formulas read beside those of the tenant; `parameters`: the values of the rule's, for all records.
    `concerns`: whether it is about the record as it is now; None: about all of them. `was_waiting`: the records had a timer, and the
    ledger is told how it ended."""

    rule: CompiledRule
    parts: Mapping[str, str]
    given: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    was_waiting: bool = False
    concerns: Callable[[Change], bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`fired`: the records for which the rule's condition held; `refused`: those that could not be saved, by id the reason. Records that
    are not there, or in the bin, are neither. `versions`: of the others, by id."""

    fired: frozenset[str]
    refused: Mapping[str, str]
    versions: Mapping[str, int]


class SettingOff:
    """`automation`: of what the rules save; `run_steps`: with the rights that rules have; `watch` sees conditions decided."""

    def __init__(self, automation: Automation, run_steps: RunSteps, watch: Watch | None = None) -> None:
        self.automation = automation
        self.run_steps = run_steps
        self.sampling = Sampling()
        self.watch = watch

    async def set_off(self, context: SaveContext, object_name: str, cause: Cause, *, partial: bool = True) -> Result:
        """For all records of the cause at once, at most 10,000; in the caller's transaction. Raises RuleFailed, RuleRecursion, and
        unless it is `partial` whatever refuses a record."""
        save = _Save(self, cause)
        batch = Batch(context, save, UncheckedAccessOfRules(), object_name, partial=partial)
        ids = list(cause.parts)
        outcomes = await save_what_rules_set(batch, ids)
        rejected = {one: outcome for one, outcome in zip(ids, outcomes, strict=True) if isinstance(outcome, Rejected)}
        refused = {
            one: "; ".join(error.message for error in outcome.errors)
            for one, outcome in rejected.items()
            if not any(error.code == "not_found" for error in outcome.errors)
        }
        versions = {outcome.id: outcome.version for outcome in outcomes if isinstance(outcome, Saved)}
        return Result(fired=frozenset(save.fired - rejected.keys()), refused=refused, versions=versions)


class _Save:
    """Implements hooks.Automation: the rule of the cause first, then the rules that hear of what it changed."""

    def __init__(self, means: SettingOff, cause: Cause) -> None:
        self._means = means
        self._cause = cause
        self.fired: set[str] = set()

    async def before_save(self, context: SaveContext, object_name: str, changes: Sequence[Change]) -> None:
        rule = self._cause.rule
        if rule.before:
            run = await self._run(context, object_name, changes, are_written=False)
            await self._means.run_steps(run, rule.before, self._fire(run))
        await self._means.automation.before_save(context, object_name, _changed(changes))

    async def after_save(self, context: SaveContext, object_name: str, changes: Sequence[Change]) -> None:
        rule = self._cause.rule
        pending_of(context).keep(object_name, changes)
        if rule.after:
            run = await self._run(context, object_name, changes, are_written=True)
            indexes = self._fired_before(run) if rule.before else self._fire(run)
            await self._means.run_steps(run, rule.after, indexes)
            await write_entries(context.transaction, context.compiled, run.entries, context.now)
        await self._means.automation.after_save(context, object_name, _changed(changes))

    def committed(self, tenant: str) -> None:
        self._means.automation.committed(tenant)

    async def _run(
        self, context: SaveContext, object_name: str, changes: Sequence[Change], *, are_written: bool
    ) -> Run:
        cause = self._cause
        needs, looking_up = cause.rule.needs, cause.rule.looking_up
        views = Views(context, object_name, changes, needs, looking_up, are_written=are_written, given=cause.given)
        await views.refresh()
        return Run(
            context=context,
            object_name=object_name,
            changes=changes,
            views=GivenViews(views, range(len(changes)), [cause.parameters] * len(changes))
            if cause.parameters
            else views,
            parts=[cause.parts[change.id] for change in changes],
            are_written=are_written,
            sampling=self._means.sampling,
            watch=self._means.watch,
            given=cause.given,
        )

    def _fire(self, run: Run) -> list[int]:
        cause = self._cause
        run.begin(cause.rule)
        concerned = [
            index for index, change in enumerate(run.changes) if cause.concerns is None or cause.concerns(change)
        ]
        indexes = [index for index in concerned if run.holds(cause.rule.condition, index)]
        if cause.was_waiting:
            fired = set(indexes)
            for index in concerned:
                run.note(index, "fire" if index in fired else "cancel", line=cause.rule.line)
        self.fired = {run.changes[index].id for index in indexes}
        note_fired(run, cause.rule, indexes)
        return indexes

    def _fired_before(self, run: Run) -> list[int]:
        run.begin(self._cause.rule)
        return [index for index, change in enumerate(run.changes) if change.id in self.fired]


def _changed(changes: Sequence[Change]) -> list[Change]:
    return [change for change in changes if change.values != change.old]
