"""What happened to a record and why, as a page and as the card of the record's: a feed, the newest day first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from starlette.responses import Response

from builder_ui.objects import ObjectLink, find_readable, object_link
from builder_ui.shell import render_page
from builder_ui.visit import Visit
from metamodel.definitions import Object
from trellis.explain.model import Changed, Explained, Happening, Reason

IN_CARD = 10
ON_PAGE = 200
# icons: user-check forms alert-triangle bell send webhook plus pencil trash phone-call shield-check shield-x clock player-play
_ICONS: Mapping[str, str] = {
    "assign": "user-check",
    "reassign": "user-check",
    "pull": "user-check",
    "set": "pencil",
    "fail": "alert-triangle",
    "notify": "bell",
    "remind": "bell",
    "send": "send",
    "withhold": "shield-x",
    "webhook": "webhook",
    "create": "plus",
    "update": "pencil",
    "delete": "trash",
    "call": "player-play",
    "submit": "shield-check",
    "approve": "shield-check",
    "reject": "shield-x",
    "wait": "clock",
    "fire": "clock",
    "cancel": "clock",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`because` and what follows it: why, "" where a person did it. `read`: (label, value) pairs; `is_first`: of its save."""

    icon: str
    sentence: str
    at: str
    at_full: str
    actor: str
    is_first: bool = False
    is_owner: bool = False
    because: str = ""
    clause: str = ""
    place: str = ""
    revision: int = 0
    read: tuple[tuple[str, str], ...] = ()
    origin_href: str = ""
    origin_label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    label: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """`all_href`: the page with all of it, "" on that page, or when this is all."""

    object: ObjectLink
    record_href: str
    title: str
    days: tuple[Day, ...]
    all_href: str = ""


async def history_page(visit: Visit) -> Response:
    thing = find_readable(visit, visit.part("object"))
    record_id = visit.part("id")
    explained = await visit.runtime.explanations(visit.tenant).explain(
        visit.actor,
        thing.name,
        record_id,
        language=visit.words.language,
        limit=IN_CARD if visit.is_partial else ON_PAGE,
    )
    page = _build(visit, thing, explained)
    if visit.is_partial:
        return visit.renderer.page("history_feed.html", visit.words.language, {"page": page})
    return await render_page(visit, "history.html", page, here=thing.name, object_name=thing.name)


def _build(visit: Visit, thing: Object, explained: Explained) -> HistoryPage:
    here = f"/app/{thing.name}/{explained.record_id}"
    days = groupby(explained.happenings, key=lambda one: visit.formats.local(one.at).date())
    return HistoryPage(
        object=object_link(visit, thing),
        record_href=here,
        title=explained.name.strip() or visit.words.say("(no name)"),
        days=tuple(
            Day(
                label=visit.words.say("Today") if day == visit.formats.today(visit.now) else visit.formats.day(day),
                entries=tuple(entry for one in happenings for entry in _entries(visit, one)),
            )
            for day, happenings in days
        ),
        all_href=f"{here}/history" if visit.is_partial and explained.has_more else "",
    )


def _entries(visit: Visit, happening: Happening) -> Iterator[Entry]:
    entries = [_changed(visit, happening, change) for change in happening.changes]
    entries += [_reason(visit, happening, reason) for reason in happening.reasons]
    yield from (replace(entry, is_first=place == 0) for place, entry in enumerate(entries))


def _changed(visit: Visit, happening: Happening, change: Changed) -> Entry:
    return Entry(
        icon="arrows-exchange",  # icons: arrows-exchange
        sentence=change.sentence,
        at=visit.formats.moment(happening.at)[-5:],
        at_full=visit.formats.moment(happening.at),
        actor=happening.actor or "",
    )


def _reason(visit: Visit, happening: Happening, reason: Reason) -> Entry:
    origin = reason.origin
    return Entry(
        icon=_ICONS.get(reason.done, "route"),  # icons: route
        sentence=reason.sentence,
        at=visit.formats.moment(happening.at)[-5:],
        at_full=visit.formats.moment(happening.at),
        actor=happening.actor or "",
        is_owner=reason.done == "assign",
        because=reason.because,
        clause=reason.clause,
        place=f"{reason.path}:{reason.line}" if reason.path else "",
        revision=happening.revision,
        read=tuple((one.label, one.text) for one in reason.read or ()),
        origin_href=f"/app/{origin.object}/{origin.id}" if origin else "",
        origin_label=origin.name if origin else "",
    )
