"""The queues: the list of all with who sits there, and a queue's members, which are data and change at once, without a deploy."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from builder_ui.builder.frame import QUEUES, render_builder
from builder_ui.builder.queue_form import Seating, TypedSeat, new_member, read_seating, typed_seat
from builder_ui.builder.queue_model import QueueList
from builder_ui.builder.queue_view import build_page, build_row
from builder_ui.toasts import leave_toast
from builder_ui.visit import Visit, to
from trellis.automation.queue_members import StaffedQueue, get_queue, list_queues, replace_members
from trellis.errors import Conflict, FieldError, InvalidRecord
from trellis.security.users import list_users


async def queue_list(visit: Visit) -> Response:
    queues = await list_queues(visit.tenant, visit.runtime.access, visit.actor)
    page = QueueList(queues=tuple(build_row(visit, one) for one in queues))
    return await render_builder(visit, "queues.html", page, here=QUEUES)


async def queue_page(visit: Visit) -> Response:
    staffed = await _find(visit)
    return await _show(visit, staffed, [typed_seat(member) for member in staffed.members])


async def change_queue(visit: Visit) -> Response:
    """What stands in all rows is saved, whichever button was pressed."""
    name = visit.part("name")
    seating = read_seating(visit.form)
    if visit.posted("do") == "add" and seating.added is None:
        staffed = await _find(visit)
        return await _show(visit, staffed, seating.seats, errors=(visit.words.say("Choose whom to add."),), status=422)
    members = [new_member(seat) for seat in seating.seats]
    try:
        staffed = await replace_members(
            visit.tenant, visit.runtime.access, visit.actor, name, members, seen=visit.posted("seen")
        )
    except Conflict:
        staffed = await _find(visit)
        text = visit.words.say("Somebody else has changed this queue meanwhile. These are its members now.")
        return await _show(visit, staffed, [typed_seat(one) for one in staffed.members], errors=(text,), status=409)
    except InvalidRecord as error:
        return await _show(visit, await _find(visit), seating.seats, refused=error.fields, status=422)
    return _done(visit, staffed, seating)


def _done(visit: Visit, staffed: StaffedQueue, seating: Seating) -> Response:
    address = f"/builder/queues/{staffed.queue.name}"
    words = visit.words
    if seating.moved:
        return to(f"{address}#m-{seating.moved}")
    if seating.added:
        return leave_toast(to(address), words.say("%(name)s sits here now", name=staffed.members[-1].name))
    if seating.removed:
        return leave_toast(to(address), words.say("Taken off the queue"))
    return leave_toast(to(address), words.say("Members saved"))


async def _find(visit: Visit) -> StaffedQueue:
    return await get_queue(visit.tenant, visit.runtime.access, visit.actor, visit.part("name"))


async def _show(
    visit: Visit,
    staffed: StaffedQueue,
    seats: Sequence[TypedSeat],
    *,
    errors: tuple[str, ...] = (),
    refused: Sequence[FieldError] = (),
    status: int = 200,
) -> Response:
    users = {user.id: user for user in await list_users(visit.tenant)}
    page = build_page(visit, staffed, users, seats, errors=errors, refused=refused)
    return await render_builder(visit, "queue.html", page, here=QUEUES, status=status)
