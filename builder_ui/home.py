"""Where one begins: the app's objects, one's own recent records, and the newest notices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.responses import Response

from builder_ui.notices import ShownNotice, read_notices
from builder_ui.objects import ObjectLink, object_link
from builder_ui.shell import APP_COOKIE, current_app, objects_of, render_page
from builder_ui.visit import Visit
from metamodel.definitions import Object, Sort
from trellis.query.query import Query

RECENT = 10
RECENT_OF_EACH = 5
NOTICES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentRecord:
    object: ObjectLink
    title: str
    href: str
    detail: str
    at: str
    at_iso: str
    at_full: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    greeting: str
    today: str
    app_label: str
    objects: tuple[ObjectLink, ...]
    recent: tuple[RecentRecord, ...]
    notices: tuple[ShownNotice, ...]


async def home_page(visit: Visit) -> Response:
    words = visit.words
    app = current_app(visit, None)
    things = objects_of(visit, app)
    found = [record for thing in things for record in await _recent(visit, thing)]
    found.sort(key=lambda record: record[0], reverse=True)
    inbox = await read_notices(visit, NOTICES)
    page = Home(
        greeting=_greeting(visit),
        today=visit.formats.long_day(visit.formats.today(visit.now)),
        app_label=visit.labels.app(app) if app else words.say("Records"),
        objects=tuple(object_link(visit, thing) for thing in things),
        recent=tuple(record for _, record in found[:RECENT]),
        notices=inbox.notices,
    )
    response = await render_page(visit, "home.html", page, here="home")
    if visit.asked("app") in visit.model.apps:
        response.set_cookie(APP_COOKIE, visit.asked("app"), samesite="lax", httponly=True)
    return response


async def _recent(visit: Visit, thing: Object) -> list[tuple[datetime, RecentRecord]]:
    mine = "(owner = $User.id || updated_by = $User.id)" if thing.has_owner else "updated_by = $User.id"
    query = Query(
        object=thing.name,
        fields=("id", thing.name_field, "updated_at"),
        filter=mine,
        sort=(Sort(field="updated_at", descending=True),),
        limit=RECENT_OF_EACH,
    )
    return [_recent_record(visit, thing, row) for row in await visit.queries.rows(visit.actor, query)]


def _recent_record(visit: Visit, thing: Object, row: dict[str, Any]) -> tuple[datetime, RecentRecord]:
    updated_at: datetime = row["updated_at"]
    record = RecentRecord(
        object=object_link(visit, thing),
        title=str(row[thing.name_field] or visit.words.say("(no name)")),
        href=f"/app/{thing.name}/{row['id']}",
        detail="",
        at=visit.formats.since(updated_at, visit.now),
        at_iso=updated_at.isoformat(),
        at_full=visit.formats.moment(updated_at),
    )
    return updated_at, record


def _greeting(visit: Visit) -> str:
    hour = visit.formats.local(visit.now).hour
    is_han = any("\u4e00" <= character <= "\u9fff" for character in visit.actor.name)
    name = visit.actor.name if is_han else visit.actor.name.split()[0] if visit.actor.name.split() else ""
    if hour < 12:
        return visit.words.say("Good morning, %(name)s", name=name)
    if hour < 18:
        return visit.words.say("Good afternoon, %(name)s", name=name)
    return visit.words.say("Good evening, %(name)s", name=name)
