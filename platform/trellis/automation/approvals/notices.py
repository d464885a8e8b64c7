"""Whom a move of a request tells: outbox entries for the bell and by e-mail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from metamodel.model import Model
from trellis.automation.approvals.course import Course, Move
from trellis.automation.approvals.store import Request
from trellis.automation.outbox import Channel, Entry, idempotency_key
from trellis.tenancy.compiled import CompiledModel

BOTH: tuple[Channel, ...] = ("in_app", "email")


def notices_of_move(
    compiled: CompiledModel, request: Request, move: Move, *, actor_id: str, actor_name: str, comment: str | None
) -> list[Entry]:
    """Who is asked now hears so, who submitted it hears the end, and who need not decide any more a recall. Nobody hears of what they
    did themselves, but that they are asked. Nobody hears of records whose object was deployed away."""
    if compiled.model.find_object(request.object) is None:
        return []
    course = move.course
    before = set(request.course.votes) if request.course.round == course.round else set()
    found: list[Entry] = []
    if course.status == "pending":
        asked = [vote.user for vote in course.votes if vote.state == "waiting" and vote not in before]
        found += entries(compiled, request, "asked", asked, BOTH, course, actor_name, comment)
    elif course.status == "recalled":
        waiting = [user for user in request.course.waiting if user != actor_id]
        found += entries(compiled, request, "recalled", waiting, ("in_app",), course, actor_name, comment)
    elif request.submitted_by not in (None, actor_id):
        found += entries(compiled, request, course.status, [request.submitted_by], BOTH, course, actor_name, comment)
    return found


def entries(
    compiled: CompiledModel,
    request: Request,
    what: str,
    users: Iterable[str | None],
    channels: Sequence[Channel],
    course: Course,
    by: str,
    comment: str | None,
    *,
    time: int = 0,
) -> list[Entry]:
    """`time` tells a reminder from the one before."""
    values = {
        "object": compiled.model.object(request.object).label,
        "title": request.title,
        "approval": _label(compiled.model, request),
        "step": _step_label(compiled.model, request, course.step),
        "by": by,
        "comment": comment,
    }
    return [
        Entry(
            kind=channel,
            key=idempotency_key("approval", request.id, course.round, what, time, user, channel),
            payload={"template": f"approval:{what}", "values": values, "user": user},
            object=request.object,
            record_id=request.record_id,
            rule=request.approval,
            revision=compiled.revision,
        )
        for user in users
        if user is not None
        for channel in channels
    ]


def _label(model: Model, request: Request) -> str:
    found = next((one for one in model.rules_for(request.object).approvals if one.name == request.approval), None)
    return found.label if found else request.approval


def _step_label(model: Model, request: Request, step: str | None) -> str | None:
    found = next((one for one in model.rules_for(request.object).approvals if one.name == request.approval), None)
    return next((one.label for one in found.steps if one.name == step), step) if found else step
