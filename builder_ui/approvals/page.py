"""The approvals of whoever is signed in: what waits for them, what they submitted, what is done; and one request beside them."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import Response

from builder_ui.approvals.model import ApprovalsPage, Tab
from builder_ui.approvals.view import item_of, view_of
from builder_ui.shell import render_page
from builder_ui.visit import Visit
from trellis.automation.approvals.desk import Sight
from trellis.automation.approvals.reading import BOXES, Box, Listed

HERE = "approvals"
SHOWN = 100


async def approvals_page(visit: Visit) -> Response:
    """With the newest one open."""
    box = _box(visit)
    found = await _fetch(visit, box)
    desk = visit.runtime.approval_desk(visit.tenant)
    sight = await desk.open(visit.actor, found[0].id, now=visit.now) if found else None
    return await _render(visit, box, found, sight, is_detail=False)


async def request_page(visit: Visit) -> Response:
    return await show_request(visit)


async def show_request(visit: Visit, problem: tuple[str, ...] = (), comment: str = "", status: int = 200) -> Response:
    """`problem`: why the last thing one did was refused. Raises NotFound."""
    box = _box(visit)
    sight = await visit.runtime.approval_desk(visit.tenant).open(visit.actor, visit.part("id"), now=visit.now)
    found = await _fetch(visit, box)
    return await _render(visit, box, found, sight, is_detail=True, problem=problem, comment=comment, status=status)


async def _fetch(visit: Visit, box: Box) -> tuple[Listed, ...]:
    return await visit.runtime.approval_desk(visit.tenant).box(visit.actor, box, SHOWN)


async def _render(
    visit: Visit,
    box: Box,
    found: tuple[Listed, ...],
    sight: Sight | None,
    *,
    is_detail: bool,
    problem: tuple[str, ...] = (),
    comment: str = "",
    status: int = 200,
) -> Response:
    open_id = sight.request.id if sight else ""
    back = _address(box)
    page = ApprovalsPage(
        tabs=_tabs(visit, box, found),
        items=tuple(item_of(visit, one, box, is_on=one.id == open_id) for one in found),
        opened=await view_of(visit, sight, back=back, problem=problem, comment=comment) if sight else None,
        is_detail=is_detail,
        list_href=back,
        empty_text=_empty(visit, box),
    )
    return await render_page(visit, "approvals.html", page, here=HERE, status=status)


def _box(visit: Visit) -> Box:
    asked = visit.asked("box") or visit.posted("box")
    return next((box for box in BOXES if box == asked), "waiting")


def _address(box: Box) -> str:
    return "/app/approvals" if box == "waiting" else "/app/approvals?" + urlencode({"box": box})


def _tabs(visit: Visit, box: Box, found: tuple[Listed, ...]) -> tuple[Tab, ...]:
    labels = {
        "waiting": visit.words.say("For you"),
        "submitted": visit.words.say("By you"),
        "done": visit.words.say("Done"),
    }
    return tuple(
        Tab(
            label=labels[one],
            href=_address(one),
            is_on=one == box,
            count=str(len(found)) if one == box and found and box != "done" else "",
        )
        for one in BOXES
    )


def _empty(visit: Visit, box: Box) -> str:
    return {
        "waiting": visit.words.say("Nothing waits for your decision."),
        "submitted": visit.words.say("Nothing that you submitted is waiting for others."),
        "done": visit.words.say("Nothing was decided yet."),
    }[box]
