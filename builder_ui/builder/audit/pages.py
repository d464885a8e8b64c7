"""The pages of the audit. Only for those who may see it: the service behind them asks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from starlette.responses import Response, StreamingResponse

from builder_ui.builder.audit.model import Verdict
from builder_ui.builder.audit.said import AREAS
from builder_ui.builder.audit.view import ADDRESS, FILTERS, build_page, build_row, build_verdict
from builder_ui.builder.frame import AUDIT, render_builder
from builder_ui.posted import whole_number
from builder_ui.visit import Handler, Visit
from trellis.errors import NotFound
from trellis.security.audit.credential import find_used_credential
from trellis.security.audit.export import MEDIA_TYPES, export_audit
from trellis.security.audit.read import Wanted, get_audit, list_audit
from trellis.security.audit.verify import verify_audit
from trellis.security.users import list_users

ON_PAGE = 50


async def audit_page(visit: Visit) -> Response:
    return await _show(visit, {name: visit.asked(name) for name in FILTERS})


async def row_page(visit: Visit) -> Response:
    number = whole_number(visit.part("number"))
    if number is None:
        raise NotFound(visit.words.say("There is no page at %(path)s.", path=visit.request.url.path))
    row = await get_audit(visit.tenant, visit.access, visit.actor, number)
    used = await find_used_credential(visit.tenant, visit.access, visit.actor, row.credential_id)
    page = build_row(visit, row, used, await list_users(visit.tenant))
    return await render_builder(visit, "audit_row.html", page, here=AUDIT)


async def verify(visit: Visit) -> Response:
    found = await verify_audit(visit.tenant, visit.access, visit.actor)
    return await _show(visit, dict.fromkeys(FILTERS, ""), build_verdict(visit, found))


async def export(visit: Visit) -> Response:
    """What the filter shows, as a file."""
    wanted = _wanted(visit, {name: visit.posted(name) for name in FILTERS})
    pieces = await export_audit(visit.tenant, visit.access, visit.actor, wanted, "csv", now=visit.now)
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"', "Cache-Control": "no-store"}
    return StreamingResponse(pieces, media_type=MEDIA_TYPES["csv"], headers=headers)


PAGES: tuple[tuple[str, Handler], ...] = ((ADDRESS, audit_page), (f"{ADDRESS}/{{number}}", row_page))
ACTIONS: tuple[tuple[str, Handler], ...] = ((f"{ADDRESS}/verify", verify), (f"{ADDRESS}/export", export))


async def _show(visit: Visit, asked: dict[str, str], verdict: Verdict | None = None) -> Response:
    before = whole_number(visit.asked("before"))
    rows = await list_audit(
        visit.tenant, visit.access, visit.actor, _wanted(visit, asked), limit=ON_PAGE + 1, before=before
    )
    shown = rows[:ON_PAGE]
    next_before = shown[-1].number if len(rows) > ON_PAGE else None
    users = await list_users(visit.tenant)
    page = build_page(visit, shown, users, asked, next_before=next_before, verdict=verdict)
    return await render_builder(visit, "audit.html", page, here=AUDIT)


def _wanted(visit: Visit, asked: dict[str, str]) -> Wanted:
    """Days are those of the reader; what cannot be read asks for nothing."""
    return Wanted(
        events=AREAS.get(asked["area"]),
        actor_id=_plain(asked["person"]),
        subject_id=_plain(asked["subject"]),
        since=_day(visit, asked["since"], 0),
        until=_day(visit, asked["until"], 1),
    )


def _plain(text: str) -> str | None:
    return text.replace("\0", "") or None


def _day(visit: Visit, text: str, later: int) -> datetime | None:
    try:
        day = date.fromisoformat(text) + timedelta(days=later)
        return datetime.combine(day, time(), visit.formats.time_zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
