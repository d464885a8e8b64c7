"""Giving back through a queue what somebody owns who is away: whose records, which of them, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from builder_ui.builder.frame import QUEUES, render_builder
from builder_ui.findings import source_error_text
from builder_ui.forms.model import Widget
from builder_ui.lists.model import Choice
from builder_ui.toasts import leave_toast
from builder_ui.visit import Visit, to
from rule_engine import SourceError
from trellis.automation.pulling import queue_objects
from trellis.automation.queue_members import StaffedQueue, get_queue
from trellis.automation.reassigning import Reassigned, reassign
from trellis.errors import InvalidRecord, InvalidRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class ReassigningPage:
    label: str
    action: str
    queue_href: str
    widgets: tuple[Widget, ...]
    errors: tuple[str, ...] = ()


async def reassigning_page(visit: Visit) -> Response:
    return await _show(visit, await _find(visit))


async def run_reassigning(visit: Visit) -> Response:
    staffed = await _find(visit)
    user, object_name, where = (visit.posted(name) for name in ("user", "object", "where"))
    if not user:
        return await _show(visit, staffed, user_error=visit.words.say("Choose a person"))
    runtime = visit.runtime
    try:
        done = await reassign(
            visit.tenant,
            runtime.automation,
            runtime.access,
            visit.actor,
            staffed.queue.name,
            user,
            object_name=object_name or None,
            where=where.strip() or None,
        )
    except (InvalidRequest, InvalidRecord) as error:
        cause = error.__cause__
        if isinstance(cause, SourceError):
            return await _show(visit, staffed, where_error=source_error_text(visit.words, cause))
        return await _show(visit, staffed, errors=(visit.words.tell(error.message),))
    return leave_toast(to(f"/builder/queues/{staffed.queue.name}"), _outcome(visit, done))


def _outcome(visit: Visit, done: Reassigned) -> str:
    if not (done.moved or done.waiting or done.refused):
        return visit.words.say("There was nothing to give back")
    parts = [
        visit.words.count("%(num)s record went to somebody else", "%(num)s records went to others", done.moved)
        if done.moved
        else "",
        visit.words.count("%(num)s waits in the queue", "%(num)s wait in the queue", done.waiting)
        if done.waiting
        else "",
        visit.words.count(
            "%(num)s could not be saved and stayed", "%(num)s could not be saved and stayed", done.refused
        )
        if done.refused
        else "",
    ]
    return visit.words.say(", ").join(filter(None, parts))


async def _find(visit: Visit) -> StaffedQueue:
    return await get_queue(visit.tenant, visit.runtime.access, visit.actor, visit.part("name"))


async def _show(
    visit: Visit,
    staffed: StaffedQueue,
    *,
    user_error: str | None = None,
    where_error: str | None = None,
    errors: tuple[str, ...] = (),
) -> Response:
    name = staffed.queue.name
    page = ReassigningPage(
        label=visit.labels.queue(staffed.queue),
        action=f"/builder/queues/{name}/reassign",
        queue_href=f"/builder/queues/{name}",
        widgets=_widgets(visit, staffed, user_error, where_error),
        errors=errors,
    )
    status = 422 if user_error or where_error or errors else 200
    return await render_builder(visit, "reassigning.html", page, here=QUEUES, status=status)


def _widgets(
    visit: Visit, staffed: StaffedQueue, user_error: str | None, where_error: str | None
) -> tuple[Widget, ...]:
    """Who is absent stands first."""
    words = visit.words
    chosen = visit.posted("user") or visit.asked("user")
    members = sorted(staffed.members, key=lambda member: not member.is_absent)
    people = tuple(
        Choice(
            value=member.user_id,
            label=f"{member.name} ({words.say('Absent')})" if member.is_absent else member.name,
            is_on=member.user_id == chosen,
        )
        for member in members
    )
    who = Widget(
        kind="select",
        id="f-user",
        name="user",
        label=words.say("Whose records"),
        is_required=True,
        choices=people,
        blank_label=words.say("Choose a person"),
        error=user_error,
    )
    names = queue_objects(visit.model, staffed.queue)
    which = tuple(
        Choice(value=name, label=visit.labels.plural(visit.model.object(name)), is_on=name == visit.posted("object"))
        for name in names
    )
    what = Widget(
        kind="select",
        id="f-object",
        name="object",
        label=words.say("Records of"),
        choices=which,
        blank_label=words.say("Every object of the queue"),
    )
    where = Widget(
        kind="input",
        id="f-where",
        name="where",
        label=words.say("Only those for which this holds"),
        text=visit.posted("where"),
        help=words.say(
            'A formula over the records, such as status <> "Done". Without one, what a rule counts as open goes back; '
            "where no rule says so, everything that the person owns."
        ),
        error=where_error,
        is_wide=True,
        autocomplete="off",
    )
    return (who, what, where) if len(names) > 1 else (who, where)
