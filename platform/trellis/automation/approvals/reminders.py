"""Reminders: timers of requests whose step says `remind after`, and what they do when they are due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from trellis.automation.approvals.course import Happening
from trellis.automation.approvals.notices import Telling, write_notices
from trellis.automation.approvals.store import Request, fetch_waiting, note_events
from trellis.automation.compiling.approvals import CompiledApproval, CompiledStep, approvals_of
from trellis.automation.hooks import SaveContext
from trellis.automation.ledger.note import Note
from trellis.automation.ledger.pending import pending_of
from trellis.automation.ledger.write import write_ledger
from trellis.automation.timing.calendars import calendars_of
from trellis.automation.timing.handler import DueTimer, Fired
from trellis.automation.timing.timers import Timer, cancel_timers, write_timers
from trellis.automation.timing.wall_clock import BeyondCalendar

KIND = "approval_reminder"
MOST = 10
"""Whoever was reminded so often in one step is left alone."""


async def set_reminders(context: SaveContext, approval: CompiledApproval, requests: Sequence[Request]) -> None:
    """For those of the requests that wait at a step which reminds; a timer of an earlier step is replaced. One executemany."""
    timers = [
        timer for request in requests if (timer := _timer(context, approval, request, 1, context.now)) is not None
    ]
    await write_timers(context, timers)


async def cancel_reminder(context: SaveContext, request_id: str) -> None:
    await cancel_timers(context, [_key(request_id)])


class ReminderTimers:
    """Implements trellis.automation.timing.handler.TimerHandler. A step that was decided meanwhile, or does not remind any more, reminds
    nobody."""

    async def fire(self, context: SaveContext, timers: Sequence[DueTimer]) -> Fired:
        by_request: dict[str, DueTimer] = {timer.payload["request"]: timer for timer in timers}
        requests = await fetch_waiting(context.transaction, context.compiled, by_request)
        approvals = approvals_of(context.compiled)
        told: list[Telling] = []
        again: list[Timer] = []
        happened: list[tuple[str, Happening]] = []
        for request in requests:
            payload, approval = by_request[request.id].payload, approvals.get(request.approval)
            step = _step(approval, request)
            if approval is None or step is None or request.course.round != payload["round"]:
                continue
            time, course = int(payload["time"]), request.course
            told.append(Telling(request=request, course=course, what="reminder", users=course.waiting, time=time))
            happened.append((request.id, Happening(kind="reminded", round=course.round, step=course.step)))
            _note(context, approval, step, request)
            next_timer = _timer(context, approval, request, time + 1, by_request[request.id].due_at)
            again += [next_timer] if next_timer is not None and time < MOST else []
        await note_events(context.transaction, context.compiled, happened, context.now)
        await write_notices(context, told)
        await write_timers(context, again)
        await write_ledger(context)
        return Fired(count=len(happened))


def _timer(
    context: SaveContext, approval: CompiledApproval, request: Request, time: int, since: datetime
) -> Timer | None:
    """`time`: how many-th reminder of the step. After a standstill the next one counts from now."""
    step = _step(approval, request)
    if step is None or step.step.remind_after is None:
        return None
    shift = calendars_of(context.compiled).shift
    try:
        due_at = shift(since, step.step.remind_after)
        if due_at <= context.now:
            due_at = shift(context.now, step.step.remind_after)
    except BeyondCalendar:
        return None
    payload: dict[str, Any] = {"request": request.id, "round": request.course.round, "time": time}
    return Timer(
        key=_key(request.id),
        kind=KIND,
        due_at=due_at,
        payload=payload,
        object=request.object,
        record_id=request.record_id,
        rule=approval.rule,
    )


def _step(approval: CompiledApproval | None, request: Request) -> CompiledStep | None:
    """Where it waits, if that step reminds."""
    steps = approval.steps if approval is not None and request.course.status == "pending" else ()
    return next(
        (one for one in steps if one.step.name == request.course.step and one.step.remind_after is not None), None
    )


def _note(context: SaveContext, approval: CompiledApproval, step: CompiledStep, request: Request) -> None:
    note = Note(approval.rule, step.step.line, "remind", step.step.name, list(request.course.waiting))
    pending_of(context).add((request.object, request.record_id), note)


def _key(request_id: str) -> str:
    return f"{KIND}\x1f{request_id}"
