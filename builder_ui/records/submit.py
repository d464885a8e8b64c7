"""Submitting a record for approval, from its page."""

from __future__ import annotations

from starlette.responses import Response

from builder_ui.approvals.actions import problem_of
from builder_ui.objects import find_readable
from builder_ui.records.page import show_record
from builder_ui.toasts import leave_toast
from builder_ui.visit import Visit, to
from trellis.errors import InvalidRecord, NotFound


async def submit_record(visit: Visit) -> Response:
    thing = find_readable(visit, visit.part("object"))
    record_id = visit.part("id")
    approval, comment = visit.posted("approval") or None, visit.posted("comment")
    try:
        request = await visit.runtime.approvals(visit.tenant).submit(
            visit.actor, thing.name, record_id, approval, comment
        )
    except (InvalidRecord, NotFound) as error:
        return await show_record(visit, thing, problem_of(visit, error), status=422)
    is_over = request.course.status == "approved"
    words = visit.words
    text = words.say("Approved: no step had to be taken") if is_over else words.say("Submitted for approval")
    return leave_toast(to(f"/app/{thing.name}/{record_id}"), text)
