"""Records of the app's objects whose name holds the words that were typed."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from builder_ui.lists.formulas import name_contains
from builder_ui.objects import ObjectLink, object_link
from builder_ui.shell import current_app, objects_of, render_page
from builder_ui.visit import Visit
from metamodel.definitions import Object, Sort
from trellis.query.query import Query

OF_EACH = 8
LONGEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRecord:
    title: str
    href: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundGroup:
    object: ObjectLink
    items: tuple[FoundRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    title: str
    summary: str
    nothing: str
    groups: tuple[FoundGroup, ...]


async def search_page(visit: Visit) -> Response:
    words, text = visit.words, visit.asked("q").strip()[:LONGEST]
    groups = []
    if text:
        for thing in objects_of(visit, current_app(visit, None)):
            items = await _find(visit, thing, text)
            if items:
                groups.append(FoundGroup(object=object_link(visit, thing), items=items))
    found = sum(len(group.items) for group in groups)
    page = Found(
        title=words.say("Search: %(text)s", text=text) if text else words.say("Search"),
        summary=words.count("%(num)d record", "%(num)d records", found) if found else "",
        nothing=words.say("Nothing is named “%(text)s”", text=text) if text else words.say("What are you looking for?"),
        groups=tuple(groups),
    )
    return await render_page(visit, "search.html", page, here="search")


async def _find(visit: Visit, thing: Object, text: str) -> tuple[FoundRecord, ...]:
    query = Query(
        object=thing.name,
        fields=("id", thing.name_field),
        filter=name_contains(thing.name_field, text),
        sort=(Sort(field=thing.name_field),),
        limit=OF_EACH,
    )
    rows = await visit.queries.rows(visit.actor, query)
    return tuple(
        FoundRecord(title=str(row[thing.name_field] or ""), href=f"/app/{thing.name}/{row['id']}") for row in rows
    )
