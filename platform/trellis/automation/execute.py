"""Runs the steps of a rule, each for all records that it is for, in the order they are written."""

from __future__ import annotations

from collections.abc import Sequence

from trellis.automation.actions.assign import apply_assign
from trellis.automation.actions.call import apply_call
from trellis.automation.actions.change_records import apply_create, apply_delete, apply_update
from trellis.automation.actions.fail import apply_fail
from trellis.automation.actions.for_each import rows_of_loop
from trellis.automation.actions.notify import plan_notices
from trellis.automation.actions.post import plan_posts
from trellis.automation.actions.set_field import apply_set
from trellis.automation.actions.submit import apply_submit
from trellis.automation.actions.wait import set_delays
from trellis.automation.hooks import Automation
from trellis.automation.run import Run
from trellis.automation.set_off import SettingOff
from trellis.automation.steps import (
    AssignStep,
    BranchStep,
    CallStep,
    CreateStep,
    DeleteStep,
    FailStep,
    ForEachStep,
    NotifyStep,
    PostStep,
    SetStep,
    Step,
    StopStep,
    SubmitStep,
    UpdateStep,
    WaitStep,
)
from trellis.automation.system_access import UncheckedAccessOfRules
from trellis.security.access import Access, Action, require

_DECIDED = "branches that were decided"


class Execution:
    """`access`: what holds for a rule that runs as the user."""

    def __init__(self, automation: Automation, access: Access) -> None:
        self._automation = automation
        self._access = access

    async def steps(self, run: Run, steps: Sequence[Step], indexes: Sequence[int]) -> None:
        for step in steps:
            indexes = run.going_on(indexes)
            if not indexes:
                return
            await run.views.refresh()
            match step:
                case BranchStep():
                    await self._branch(run, step, indexes)
                case CallStep():
                    await apply_call(run, self.steps, step, indexes)
                case ForEachStep():
                    inner = await rows_of_loop(run, step, indexes)
                    await self.steps(inner, step.body, range(len(inner.changes)))
                case CreateStep(alias=str()):
                    run = await self._create(run, step, indexes)
                    indexes = range(len(indexes))
                case _:
                    await self._step(run, step, indexes)

    async def _step(self, run: Run, step: Step, indexes: Sequence[int]) -> None:
        access = self._rights(run)
        match step:
            case AssignStep():
                self._check_rights(run, "owner", indexes)
                await apply_assign(run, step, indexes)
            case SetStep():
                self._check_rights(run, step.field, indexes)
                apply_set(run, step, indexes)
            case FailStep():
                apply_fail(run, step, indexes)
            case StopStep():
                for index in indexes:
                    run.stop(index)
            case NotifyStep():
                run.entries += await plan_notices(run, step, indexes)
            case PostStep():
                run.entries += plan_posts(run, step, indexes)
            case CreateStep():
                await self._create(run, step, indexes)
            case SubmitStep():
                await apply_submit(run, SettingOff(self._automation, self.steps), step, indexes)
                run.views.forget()
            case WaitStep():
                await set_delays(run, step, indexes)
            case UpdateStep():
                await apply_update(run, self._automation, access, step, indexes)
                run.views.forget()
            case DeleteStep():
                await apply_delete(run, self._automation, access, step, indexes)
                run.views.forget()
            case _:
                raise AssertionError(step)

    async def _create(self, run: Run, step: CreateStep, indexes: Sequence[int]) -> Run:
        made = await apply_create(run, self._automation, self._rights(run), step, indexes)
        run.views.forget()
        return made

    def _rights(self, run: Run) -> Access:
        return self._access if run.is_as_user else UncheckedAccessOfRules()

    def _check_rights(self, run: Run, field: str, indexes: Sequence[int]) -> None:
        """Raises AccessDenied for a field that the user whom the rule runs as may not set."""
        if run.is_as_user:
            action: Action = "create" if run.changes[indexes[0]].event == "created" else "update"
            access = self._access.of(run.context.compiled.model)
            require(access, run.context.actor, action, run.object_name, field)

    async def _branch(self, run: Run, step: BranchStep, indexes: Sequence[int]) -> None:
        decided = run.context.memory.setdefault(_DECIDED, {})
        then: list[int] = []
        otherwise: list[int] = []
        for index in indexes:
            key = (run.rule, step.number, run.changes[index].id, run.part(index))
            if key not in decided:
                decided[key] = run.holds(step.condition, index)
            (then if decided[key] else otherwise).append(index)
        inner = run.asking(step.condition)
        await self.steps(inner, step.then, then)
        await self.steps(inner, step.otherwise, otherwise)
