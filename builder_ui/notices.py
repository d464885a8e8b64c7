"""The notifications: the bell's panel, the page of all of them, and going to what one is about."""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.responses import Response

from builder_ui.shell import render_page
from builder_ui.visit import Visit, safe_path, to
from trellis.automation.inbox import Notification, fetch_inbox, mark_read
from trellis.errors import NotFound

# the notice is a link itself
_ADDRESS = re.compile(r"https?://\S+")

IN_PANEL = 8
ON_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownNotice:
    title: str
    body: str
    href: str
    icon: str
    at: str
    at_iso: str
    at_full: str
    is_unread: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    notices: tuple[ShownNotice, ...]
    unread: int
    csrf_token: str


async def read_notices(visit: Visit, limit: int) -> Notices:
    """The newest ones."""
    inbox = await fetch_inbox(visit.tenant, visit.actor.user_id, limit=limit)
    return Notices(
        notices=tuple(_shown(visit, notice) for notice in inbox.notifications),
        unread=inbox.unread,
        csrf_token=visit.identity.csrf_token or "",
    )


async def notices_page(visit: Visit) -> Response:
    return await render_page(visit, "notices.html", await read_notices(visit, ON_PAGE))


async def notice_panel(visit: Visit) -> Response:
    page = await read_notices(visit, IN_PANEL)
    return visit.renderer.page("notice_panel.html", visit.words.language, {"page": page})


async def open_notice(visit: Visit) -> Response:
    """Marks a notice as read and goes to the record it is about. One that is gone leads to those that are there. A page of another site
    marks nothing by its link."""
    if visit.request.scope.get("trellis.other_site") is not None:
        return to("/app/notifications")
    try:
        await mark_read(visit.tenant, visit.actor.user_id, visit.part("id"), now=visit.now)
    except NotFound:
        return to("/app/notifications")
    return to(safe_path(visit.asked("to"), "/app/notifications"))


async def mark_all_read(visit: Visit) -> Response:
    await mark_read(visit.tenant, visit.actor.user_id, None, now=visit.now)
    return to(safe_path(visit.posted("back"), "/app/notifications"))


def _shown(visit: Visit, notice: Notification) -> ShownNotice:
    thing = visit.model.find_object(notice.object or "")
    target = f"/app/{notice.object}/{notice.record_id}" if thing and notice.record_id else "/app/notifications"
    is_unread = notice.read_at is None
    return ShownNotice(
        title=notice.title,
        body=" ".join(_ADDRESS.sub("", notice.body).split())[:200],
        href=f"/app/notifications/{notice.id}?to={target}" if is_unread else target,
        icon=thing.icon if thing else "bell",  # icons: bell
        at=visit.formats.since(notice.created_at, visit.now),
        at_iso=notice.created_at.isoformat(),
        at_full=visit.formats.moment(notice.created_at),
        is_unread=is_unread,
    )
