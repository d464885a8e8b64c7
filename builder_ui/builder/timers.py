"""Timers: what rules and approvals will do later, and what to do about those that failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.responses import Response

from builder_ui.builder.frame import TIMERS, render_builder
from builder_ui.builder.timers_view import ADDRESS, build_timers
from builder_ui.toasts import leave_toast
from builder_ui.visit import Visit, to
from trellis.automation.timing.waiting import (
    ChosenTimers,
    WaitingTimer,
    call_off_timers,
    list_timers,
    retry_timers,
)
from trellis.query.query import Query

ON_PAGE = 100


async def timers_page(visit: Visit) -> Response:
    tenant, access, actor = visit.tenant, visit.runtime.access, visit.actor
    waiting = await list_timers(tenant, access, actor, ChosenTimers(status="waiting"), limit=ON_PAGE)
    dead = await list_timers(tenant, access, actor, ChosenTimers(status="dead"), limit=ON_PAGE)
    names = await _names(visit, (*waiting.timers, *dead.timers))
    return await render_builder(visit, "timers.html", build_timers(visit, waiting, dead, names), here=TIMERS)


async def _names(visit: Visit, timers: Sequence[WaitingTimer]) -> Mapping[str, str]:
    """What the records are called, by id; those that are not there any more are left out. One query for each object."""
    by_object: dict[str, set[str]] = {}
    for timer in timers:
        if timer.object is not None and visit.model.find_object(timer.object) is not None:
            by_object.setdefault(timer.object, set()).add(timer.record_id)
    names: dict[str, str] = {}
    queries = visit.runtime.queries(visit.tenant)
    for object_name, ids in by_object.items():
        field = visit.model.object(object_name).name_field
        those = ", ".join(f'"{one}"' for one in sorted(ids))
        query = Query(object=object_name, fields=("id", field), filter=f"id in ({those})", limit=len(ids))
        names |= {str(row["id"]): str(row[field] or "") for row in await queries.rows(visit.actor, query)}
    return names


async def change_timers(visit: Visit) -> Response:
    """One timer, or all that were given up: called off, or tried again."""
    timer_id = visit.posted("id")
    chosen = ChosenTimers(ids=(timer_id,)) if timer_id else ChosenTimers(status="dead")
    words, tenant, access, actor = visit.words, visit.tenant, visit.runtime.access, visit.actor
    if visit.posted("do") == "cancel":
        count = await call_off_timers(tenant, access, actor, chosen)
        return leave_toast(to(ADDRESS), words.count("%(num)d timer called off", "%(num)d timers called off", count))
    count = await retry_timers(tenant, access, actor, chosen, now=visit.now)
    visit.runtime.jobs.enqueue(tenant.name)
    return leave_toast(
        to(ADDRESS), words.count("%(num)d timer is tried again", "%(num)d timers are tried again", count)
    )
