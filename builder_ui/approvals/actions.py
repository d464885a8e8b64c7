"""What one does about a request for approval: deciding, handing over, taking back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.responses import Response

from builder_ui.approvals.page import show_request
from builder_ui.forms.complaints import complaint
from builder_ui.toasts import leave_toast
from builder_ui.visit import Visit, safe_path, to
from trellis.automation.approvals.service import Approvals
from trellis.automation.approvals.store import Request
from trellis.errors import AccessDenied, Conflict, InvalidRecord, TrellisError

Act = Callable[[Approvals, Visit, str], Awaitable[Request]]


async def approve(visit: Visit) -> Response:
    def act(service: Approvals, visit: Visit, comment: str) -> Awaitable[Request]:
        return service.approve(visit.actor, visit.part("id"), comment)

    return await _decide(visit, act, visit.words.say("Agreed"))


async def reject(visit: Visit) -> Response:
    def act(service: Approvals, visit: Visit, comment: str) -> Awaitable[Request]:
        return service.reject(visit.actor, visit.part("id"), comment)

    return await _decide(visit, act, visit.words.say("Rejected"))


async def recall(visit: Visit) -> Response:
    def act(service: Approvals, visit: Visit, comment: str) -> Awaitable[Request]:
        return service.recall(visit.actor, visit.part("id"), comment)

    return await _decide(visit, act, visit.words.say("Recalled"))


async def delegate(visit: Visit) -> Response:
    to_whom = visit.posted("to")
    if not to_whom:
        return await show_request(
            visit, (visit.words.say("Choose who decides instead."),), visit.posted("comment"), 422
        )

    def act(service: Approvals, visit: Visit, comment: str) -> Awaitable[Request]:
        return service.delegate(visit.actor, visit.part("id"), to_whom, comment, whose=visit.posted("from") or None)

    return await _decide(visit, act, visit.words.say("Handed over"))


async def _decide(visit: Visit, act: Act, done: str) -> Response:
    """What was typed stays in the form when it is refused."""
    comment = visit.posted("comment")
    try:
        await act(_service(visit), visit, comment)
    except (InvalidRecord, Conflict, AccessDenied) as error:
        status = 422 if isinstance(error, InvalidRecord) else 409
        return await show_request(visit, problem_of(visit, error), comment, status)
    return leave_toast(to(safe_path(visit.posted("back"), "/app/approvals")), done)


def _service(visit: Visit) -> Approvals:
    return visit.runtime.approvals(visit.tenant)


def problem_of(visit: Visit, error: TrellisError) -> tuple[str, ...]:
    said = [complaint(visit.words, one.code, one.message) for one in error.fields if one.code != "required"]
    hint = [visit.words.tell(error.hint)] if error.hint else []
    return (*(said or [visit.words.tell(error.message)]), *hint)
