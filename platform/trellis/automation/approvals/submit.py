"""Submitting records for approval: who may be, what their first steps are, and what is written of it. Batches, as everything that rules
do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rule_engine.wording import say
from trellis.automation.approvals.course import Course, Move, begin
from trellis.automation.approvals.errors import NotSubmittable
from trellis.automation.approvals.notices import tellings_of_move, write_notices
from trellis.automation.approvals.offers import offers_of
from trellis.automation.approvals.reminders import set_reminders
from trellis.automation.approvals.store import Request, find_pending, insert_requests
from trellis.automation.compiling.approvals import CompiledApproval
from trellis.automation.hooks import Change, SaveContext
from trellis.automation.recursion import one_deeper
from trellis.automation.run import Run, Watch
from trellis.automation.set_off import Cause, SettingOff
from trellis.automation.views import Views
from trellis.ids import new_id


async def submit_changes(
    context: SaveContext,
    setting_off: SettingOff,
    approval: CompiledApproval,
    changes: Sequence[Change],
    *,
    comment: str | None = None,
    passes_over: bool = False,
    watch: Watch | None = None,
) -> list[Request]:
    """Records that are written and locked. `passes_over`: those that do not meet the condition, or are being decided on, are left out;
    otherwise they raise NotSubmittable. Raises NoApprover, RuleFailed."""
    run = await run_over(context, approval, changes, watch)
    indexes = await _submittable(run, approval, passes_over=passes_over)
    offers = await offers_of(run, approval, indexes)
    submitted: list[tuple[Request, Move]] = []
    for index in indexes:
        move = begin(offers[index], context.actor.user_id)
        submitted.append((_request(context, approval, changes[index], move.course, comment), move))
        note_move(run, index, approval, move)
    await insert_requests(context.transaction, context.compiled, submitted, context.now)
    await set_reminders(context, approval, [request for request, _ in submitted])
    actor = context.actor
    told = [
        telling
        for request, move in submitted
        for telling in tellings_of_move(
            _before(request), move, actor_id=actor.user_id, actor_name=actor.name, comment=comment
        )
    ]
    await write_notices(context, told)
    await finish(run, setting_off, approval, {request.record_id: request for request, _ in submitted})
    return [request for request, _ in submitted]


async def run_over(
    context: SaveContext, approval: CompiledApproval, changes: Sequence[Change], watch: Watch | None = None
) -> Run:
    """Over which the formulas of the approval are evaluated."""
    views = Views(context, approval.object, changes, approval.needs, approval.looking_up, are_written=True)
    await views.refresh()
    return Run(
        context=context,
        object_name=approval.object,
        changes=changes,
        views=views,
        rule=approval.rule,
        are_written=True,
        watch=watch,
    )


async def finish(
    run: Run, setting_off: SettingOff, approval: CompiledApproval, requests: Mapping[str, Request]
) -> None:
    """Does what is to be done at the end, for those of the requests (by record) that are at one. Raises whatever refuses a record."""
    for status, rule in approval.outcomes.items():
        parts = {record_id: one.id for record_id, one in requests.items() if one.course.status == status}
        if parts:
            cause = Cause(rule=rule, parts=parts)
            await setting_off.set_off(one_deeper(run), approval.object, cause, partial=False)


def note_move(run: Run, index: int, approval: CompiledApproval, move: Move) -> None:
    """Tells the ledger."""
    lines = {step.step.name: step.step.line for step in approval.steps}
    read = () if approval.condition is None else approval.condition.paths
    for happening in move.happenings:
        line = lines.get(happening.step or "", approval.approval.line)
        match happening.kind:
            case "submitted":
                run.note(index, "submit", line=approval.approval.line, subject=approval.name, read=read)
            case "approved":
                run.note(index, "approve", line=line, subject=happening.step)
            case "rejected":
                run.note(index, "reject", line=line, subject=happening.step)
            case "recalled":
                run.note(index, "recall", line=line, subject=happening.step)
            case "delegated":
                run.note(index, "delegate", line=line, subject=happening.step, value=happening.other)
            case "passed_over":
                reading = _paths_of(approval, happening.step)
                run.note(index, "skip", line=line, subject=happening.step, read=reading)


def _paths_of(approval: CompiledApproval, name: str | None) -> tuple[str, ...]:
    return tuple(
        path
        for step in approval.steps
        if step.step.name == name
        for formula in (step.condition, step.skip_if)
        if formula is not None
        for path in formula.paths
    )


async def _submittable(run: Run, approval: CompiledApproval, *, passes_over: bool) -> list[int]:
    context = run.context
    pending = await find_pending(context.transaction, context.compiled, {change.id for change in run.changes})
    found: list[int] = []
    for index, change in enumerate(run.changes):
        if change.id in pending:
            reason = say("This record is being decided on already: %(approval)s.", approval=pending[change.id])
        elif not run.holds(approval.condition, index):
            reason = say(
                'The approval "%(approval)s" is for other records: its condition does not hold.',
                approval=approval.approval.label,
            )
        else:
            found.append(index)
            continue
        if not passes_over:
            raise NotSubmittable(reason)
    return found


def _request(
    context: SaveContext, approval: CompiledApproval, change: Change, course: Course, comment: str | None
) -> Request:
    name_field = context.compiled.model.object(approval.object).name_field
    return Request(
        id=new_id(),
        approval=approval.name,
        object=approval.object,
        record_id=change.id,
        title=str(change.values.get(name_field) or "").strip(),
        comment=comment,
        submitted_by=context.actor.user_id,
        submitted_at=context.now,
        course=course,
    )


def _before(request: Request) -> Request:
    """As if nobody had been asked yet."""
    return replace(request, course=Course())
