"""The page of people's data. Only for those who may erase: the service behind it asks.

Who is looked for is posted: addresses of people have no place in addresses of pages."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from starlette.responses import Response

from builder_ui.builder.frame import PRIVACY, render_builder
from builder_ui.builder.privacy.model import FoundPerson, PrivacyPage
from builder_ui.builder.privacy.view import ADDRESS, ASKED, build_map, build_person, build_search
from builder_ui.confirming import sensitive
from builder_ui.toasts import leave_toast
from builder_ui.visit import Handler, Visit, to
from trellis.errors import Conflict, InvalidRecord, InvalidRequest, NotFound
from trellis.privacy.erase import ErasurePlan
from trellis.privacy.retention import count_due
from trellis.privacy.service import erase_person, export_person, get_map, plan_erasure
from trellis.privacy.subject import parse_subject
from trellis.query.query import Query

NOBODY = dict.fromkeys(ASKED, "")


async def privacy_page(visit: Visit) -> Response:
    return await _show(visit, NOBODY)


async def look(visit: Visit) -> Response:
    return await _look(visit, _asked(visit))


@sensitive
async def export(visit: Visit) -> Response:
    made = await export_person(visit.tenant, visit.access, visit.actor, parse_subject(_asked(visit)), now=visit.now)
    headers = {"Content-Disposition": 'attachment; filename="person.json"', "Cache-Control": "no-store"}
    return Response(orjson.dumps(made, option=orjson.OPT_INDENT_2), media_type="application/json", headers=headers)


@sensitive
async def erase(visit: Visit) -> Response:
    """What the page showed, and nothing else: whoever sees another plan by now looks at that first."""
    asked = _asked(visit)
    if not visit.posted("agreed"):
        return await _look(visit, asked, visit.words.say("Say yes to what is going to happen."))
    try:
        done = await erase_person(
            visit.tenant,
            visit.access,
            visit.actor,
            parse_subject(asked),
            visit.posted("fingerprint"),
            now=visit.now,
        )
    except Conflict:
        return await _look(visit, asked, visit.words.say("Something has changed meanwhile. Look again."))
    except InvalidRecord as error:
        return await _look(visit, asked, error.message)
    count = sum(one.fate != "kept" for one in done.records)
    said = visit.words.count("%(num)d record erased", "%(num)d records erased", count)
    return leave_toast(to(ADDRESS), said)


PAGES: tuple[tuple[str, Handler], ...] = ((ADDRESS, privacy_page),)
ACTIONS: tuple[tuple[str, Handler], ...] = (
    (f"{ADDRESS}/look", look),
    (f"{ADDRESS}/export", export),
    (f"{ADDRESS}/erase", erase),
)


def _asked(visit: Visit) -> dict[str, str]:
    return {name: visit.posted(name).strip() for name in ASKED}


async def _look(visit: Visit, asked: Mapping[str, str], error: str = "") -> Response:
    try:
        plan = await plan_erasure(visit.tenant, visit.access, visit.actor, parse_subject(asked))
    except (InvalidRequest, NotFound) as refused:
        return await _show(visit, asked, error=refused.message, status=422)
    person = build_person(visit, plan, await _names(visit, plan), asked)
    return await _show(visit, asked, person, error, status=422 if error else 200)


async def _show(
    visit: Visit, asked: Mapping[str, str], person: FoundPerson | None = None, error: str = "", status: int = 200
) -> Response:
    found = await get_map(visit.tenant, visit.access, visit.actor)
    due = await count_due(visit.tenant, visit.access, visit.actor, now=visit.now)
    page = PrivacyPage(
        widgets=build_search(visit, asked),
        error=error,
        person=person,
        objects=build_map(visit, found, due),
        may_export=visit.may("export"),
    )
    response = await render_builder(visit, "privacy.html", page, here=PRIVACY, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


async def _names(visit: Visit, plan: ErasurePlan) -> Mapping[tuple[str, str], str]:
    """What the records are called that the visitor may see. One query for each object."""
    ids: dict[str, list[str]] = {}
    for one in plan.records:
        if not one.record.is_in_bin and visit.may("read", one.record.object):
            ids.setdefault(one.record.object, []).append(one.record.id)
    names: dict[tuple[str, str], str] = {}
    for object_name, those in ids.items():
        field = visit.model.object(object_name).name_field
        listed = ", ".join(f'"{one}"' for one in those[:1000])
        query = Query(object=object_name, fields=("id", field), filter=f"id in ({listed})", limit=len(those[:1000]))
        names |= {
            (object_name, str(row["id"])): str(row[field] or "") for row in await visit.queries.rows(visit.actor, query)
        }
    return names
