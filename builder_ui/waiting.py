"""What waits in the queues that one sits at, and taking the next record."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.responses import Response

from builder_ui.forms.complaints import complaint
from builder_ui.objects import ObjectLink, object_link
from builder_ui.shell import render_page
from builder_ui.toasts import leave_toast
from builder_ui.visit import Visit, safe_path, to
from trellis.automation.pulling import COUNTED, Pulled, WaitingIn, list_waiting, pull
from trellis.errors import AccessDenied, Conflict, InvalidRecord

HERE = "queues"
_OF_QUEUE = re.compile(r'\s*owner_queue\s*==?\s*["\']([a-z0-9_]+)["\']\s*\Z')


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRow:
    """`since`: how long the oldest waits, blank when nothing does."""

    label: str
    object: ObjectLink
    object_name: str
    count: str
    is_empty: bool
    since: str
    since_full: str
    list_href: str
    take_action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPage:
    rows: tuple[WaitingRow, ...]
    here: str = "/app/queues"
    problem: tuple[str, ...] = ()


async def waiting_page(visit: Visit) -> Response:
    return await _show(visit)


async def take_next(visit: Visit) -> Response:
    """To the record that one got; back to where one was when nothing waits."""
    queue, name = visit.part("name"), visit.posted("object") or None
    runtime = visit.runtime
    try:
        taken = await pull(visit.tenant, runtime.automation, runtime.access, visit.actor, queue, object_name=name)
    except (InvalidRecord, Conflict) as error:
        lines = tuple(complaint(visit.words, one.code, one.message) for one in error.fields)
        return await _show(visit, problem=lines or (visit.words.tell(error.message),), status=422)
    except AccessDenied:
        if queue in visit.model.queues and not await _sits_there(visit, queue):
            text = visit.words.say("You do not sit at this queue. An administrator can seat you there.")
            return await _show(visit, problem=(text,), status=403)
        raise
    if taken is None:
        back = safe_path(visit.posted("back"), "/app/queues")
        return leave_toast(to(back), visit.words.say("Nothing waits there any more"))
    return leave_toast(to(f"/app/{taken.object}/{taken.id}"), _yours(visit, taken))


def queue_asked_for(visit: Visit, parts: Sequence[str]) -> str | None:
    """The queue whose records a filter of these conjuncts shows."""
    found = (match[1] for part in parts if (match := _OF_QUEUE.match(part)))
    return next((name for name in found if name in visit.model.queues), None)


def _yours(visit: Visit, taken: Pulled) -> str:
    label = visit.labels.object(visit.model.object(taken.object))
    return visit.words.say("This %(label)s is yours now", label=label.lower())


async def _sits_there(visit: Visit, queue: str) -> bool:
    waiting = await list_waiting(visit.tenant, visit.runtime.access, visit.actor)
    return any(one.queue.name == queue for one in waiting)


async def _show(visit: Visit, *, problem: tuple[str, ...] = (), status: int = 200) -> Response:
    waiting = await list_waiting(visit.tenant, visit.runtime.access, visit.actor)
    page = WaitingPage(rows=tuple(_row(visit, one) for one in waiting), problem=problem)
    return await render_page(visit, "waiting.html", page, here=HERE, status=status)


def _row(visit: Visit, waiting: WaitingIn) -> WaitingRow:
    thing = visit.model.object(waiting.object)
    text = f'owner_queue = "{waiting.queue.name}"'
    number = visit.formats.number(waiting.count)
    return WaitingRow(
        label=visit.labels.queue(waiting.queue),
        object=object_link(visit, thing),
        object_name=thing.name,
        count=number + ("+" if waiting.count >= COUNTED else ""),
        is_empty=waiting.count == 0,
        since="" if waiting.since is None else visit.formats.since(waiting.since, visit.now),
        since_full="" if waiting.since is None else visit.formats.moment(waiting.since),
        list_href=f"/app/{thing.name}?" + urlencode({"filter": text, "sort": "created_at"}),
        take_action=f"/app/queues/{waiting.queue.name}/take",
    )
