"""Who would see more or less after the draft is deployed: person by person, what they gain and lose of objects, fields and records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from starlette.responses import Response

from builder_ui.builder.frame import PLAN, render_builder
from builder_ui.builder.workspace import load_workspace
from builder_ui.visit import Visit, to
from metamodel.definitions import Object
from trellis.errors import InvalidMetadata
from trellis.query.statements import MOST_COUNTED
from trellis.schema.access_preview import AccessChange, preview_access
from trellis.schema.deploy import SourceChange

# icons: eye circle-check alert-triangle
ADDRESS = "/builder/plan/access"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """`sensitive`: what is gained of encrypted or personal fields, in words; `more`, `fewer`: by how many records, "" for none."""

    user: str
    object: str
    gained: str
    lost: str
    sensitive: str
    before: str
    after: str
    more: str
    fewer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPage:
    title: str
    summary: str
    rows: tuple[ChangeRow, ...]
    empty: str


async def access_page(visit: Visit) -> Response:
    workspace = await load_workspace(visit)
    if not workspace.draft:
        return to("/builder/plan")
    change = SourceChange(files=workspace.draft)
    try:
        found = await preview_access(visit.tenant, visit.runtime.access, visit.actor, change, now=visit.now)
    except InvalidMetadata:
        return to("/builder/plan")
    words = visit.words
    summary = words.count("%(num)d person was looked at.", "%(num)d people were looked at.", found.people)
    if not found.is_complete:
        summary += " " + words.say("There are more, who were not.")
    page = AccessPage(
        title=words.say("Who would see more or less"),
        summary=summary,
        rows=tuple(_row(visit, workspace.model.objects, one) for one in found.changes),
        empty=words.say("Nobody would see more or less. Administrators see everything before and after."),
    )
    return await render_builder(visit, "plan_access.html", page, here=PLAN)


def _row(visit: Visit, objects: Mapping[str, Object], one: AccessChange) -> ChangeRow:
    words = visit.words
    thing = objects.get(one.object)
    is_counted = one.records_before is not None and one.records_after is not None
    difference = (one.records_after or 0) - (one.records_before or 0) if is_counted else 0
    return ChangeRow(
        user=one.user,
        object=visit.labels.plural(thing) if thing is not None else one.object,
        gained=_listed(visit, thing, one.rights_gained, one.fields_gained, one.record_types_gained),
        lost=_listed(visit, thing, one.rights_lost, one.fields_lost, one.record_types_lost),
        sensitive=_fields(visit, thing, one.sensitive),
        before=_count(visit, one.records_before),
        after=words.say("not known yet") if one.records_after is None else _count(visit, one.records_after),
        more=f"+{visit.formats.number(difference)}" if difference > 0 else "",
        fewer=f"\N{MINUS SIGN}{visit.formats.number(-difference)}" if difference < 0 else "",
    )


def _listed(
    visit: Visit, thing: Object | None, rights: Iterable[str], fields: Iterable[str], types: Iterable[str]
) -> str:
    said = {
        "read": visit.words.say("Read"),
        "create": visit.words.say("Create"),
        "edit": visit.words.say("Edit"),
        "delete": visit.words.say("Delete"),
        "view_all": visit.words.say("View all"),
        "modify_all": visit.words.say("Modify all"),
    }
    parts = [", ".join(said[right] for right in rights), _fields(visit, thing, fields), _types(visit, thing, types)]
    return "; ".join(part for part in parts if part)


def _fields(visit: Visit, thing: Object | None, names: Iterable[str]) -> str:
    if thing is None:
        return ", ".join(names)
    return ", ".join(visit.labels.field(thing, thing.fields[name]) if name in thing.fields else name for name in names)


def _types(visit: Visit, thing: Object | None, names: Iterable[str]) -> str:
    known = thing.record_types if thing is not None else {}
    labels = [visit.labels.record_type(thing, known[one]) if thing and one in known else one for one in names]
    return visit.words.say("record types: %(names)s", names=", ".join(labels)) if labels else ""


def _count(visit: Visit, found: int | None) -> str:
    if found is None:
        return ""
    return visit.formats.number(found) + ("+" if found >= MOST_COUNTED else "")
