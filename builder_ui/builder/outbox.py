"""The outbox: how delivery stands, and what to do about messages that were given up."""

from __future__ import annotations

from starlette.responses import Response

from builder_ui.builder.frame import OUTBOX, render_builder
from builder_ui.builder.outbox_view import ADDRESS, build_cause, build_message, build_outbox
from builder_ui.toasts import leave_toast
from builder_ui.visit import Visit, to
from trellis.automation import mending
from trellis.automation.dead_rows import Chosen, DeadDetail, get_dead, list_dead
from trellis.automation.outbox_state import get_outbox_state
from trellis.errors import Conflict, InvalidRecord
from trellis.ids import is_id
from trellis.security.users import list_users

NEWEST = 500
ON_PAGE = 100


async def outbox_page(visit: Visit) -> Response:
    kind, error = visit.asked("kind"), visit.asked("error")
    tenant, access, actor = visit.tenant, visit.runtime.access, visit.actor
    if kind or error:
        before = visit.asked("before")
        chosen = Chosen(kind=kind or None, error=error or None)
        dead = await list_dead(tenant, access, actor, chosen, limit=ON_PAGE, before=before if is_id(before) else None)
        next_before = dead.rows[-1].id if len(dead.rows) == ON_PAGE else None
        return await render_builder(visit, "outbox.html", build_cause(visit, dead, next_before), here=OUTBOX)
    state = await get_outbox_state(tenant, access, actor, now=visit.now)
    dead = await list_dead(tenant, access, actor, limit=NEWEST)
    return await render_builder(visit, "outbox.html", build_outbox(visit, state, dead), here=OUTBOX)


async def change_outbox(visit: Visit) -> Response:
    """All messages of one cause: tried again, or dropped."""
    chosen = Chosen(kind=visit.posted("kind"), error=visit.posted("error") or None)
    words, tenant, access, actor = visit.words, visit.tenant, visit.runtime.access, visit.actor
    if visit.posted("do") == "drop":
        count = await mending.drop(tenant, access, actor, chosen, now=visit.now)
        return leave_toast(to(ADDRESS), words.count("%(num)d message dropped", "%(num)d messages dropped", count))
    count = await mending.replay(tenant, access, actor, chosen, now=visit.now)
    visit.runtime.jobs.enqueue(tenant.name)
    return leave_toast(
        to(ADDRESS), words.count("%(num)d message is in line again", "%(num)d messages are in line again", count)
    )


async def message_page(visit: Visit) -> Response:
    return await _show(visit, await _find(visit), {})


async def change_message(visit: Visit) -> Response:
    """One message: dropped, or mended as the form has it and tried again."""
    words, tenant, access, actor, row_id = (
        visit.words,
        visit.tenant,
        visit.runtime.access,
        visit.actor,
        visit.part("id"),
    )
    if visit.posted("do") == "drop":
        await mending.drop_one(tenant, access, actor, row_id, now=visit.now)
        return leave_toast(to(ADDRESS), words.say("Message dropped"))
    detail = await _find(visit)
    typed = _typed(visit)
    try:
        changes = _changes(detail, typed)
        if changes:
            await mending.mend(tenant, access, actor, row_id, changes)
    except InvalidRecord as error:
        page = build_message(visit, detail, await list_users(tenant), typed=typed, refused=error.fields)
        return await render_builder(visit, "outbox_message.html", page, here=OUTBOX, status=422)
    except Conflict:
        text = words.say("Somebody else has changed this message meanwhile. This is what it says now.")
        return await _show(visit, await _find(visit), {}, errors=(text,), status=409)
    await mending.replay_one(tenant, access, actor, row_id, now=visit.now)
    visit.runtime.jobs.enqueue(tenant.name)
    return leave_toast(to(ADDRESS), words.say("The message is in line again"))


async def _find(visit: Visit) -> DeadDetail:
    return await get_dead(visit.tenant, visit.runtime.access, visit.actor, visit.part("id"))


async def _show(
    visit: Visit, detail: DeadDetail, typed: dict[str, str], *, errors: tuple[str, ...] = (), status: int = 200
) -> Response:
    page = build_message(visit, detail, await list_users(visit.tenant), typed=typed, errors=errors)
    return await render_builder(visit, "outbox_message.html", page, here=OUTBOX, status=status)


def _typed(visit: Visit) -> dict[str, str]:
    """The form's fields by the name of the payload's entry; browsers send line breaks as CR LF."""
    return {
        name.removeprefix("p."): value.replace("\r\n", "\n")
        for name, value in visit.form.items()
        if name.startswith("p.") and isinstance(value, str)
    }


def _changes(detail: DeadDetail, typed: dict[str, str]) -> dict[str, str | None]:
    """What differs from the message. A field that is left empty is nothing."""
    payload = detail.payload or {}
    return {name: value or None for name, value in typed.items() if value != (payload.get(name) or "")}
