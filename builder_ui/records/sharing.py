"""Who is on a record's team, whom it is shared with by hand, sharing it, and why one person may or may not see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from starlette.responses import Response

from builder_ui.faces import face_of
from builder_ui.lists.model import Choice
from builder_ui.objects import find_readable, object_link
from builder_ui.principals import icon_of, principal_label
from builder_ui.records.share_form import TypedShare, last_day, read_share, share_form
from builder_ui.records.share_model import AskedWhy, ShareRow, SharingPage
from builder_ui.shell import render_page
from builder_ui.toasts import leave_toast
from builder_ui.visit import Visit, to
from metamodel.definitions import Object, Sort
from trellis.errors import AccessDenied, InvalidRecord, InvalidRequest, NotFound
from trellis.explain.access import AccessExplanations
from trellis.explain.access_words import LANGUAGES, sentence, verdict
from trellis.query.query import Query
from trellis.records.shares import Share, list_shares, share_record, unshare_record

MOST_PEOPLE = 200


async def sharing_page(visit: Visit) -> Response:
    """`?change=ID` shows a share in its form, `?user=NAME` asks why."""
    return await _show(visit, changed_id=visit.asked("change"))


async def change_sharing(visit: Visit) -> Response:
    """The form says with `change` which share it is about, none for a new one."""
    thing, record_id = find_readable(visit, visit.part("object")), visit.part("id")
    here = f"/app/{thing.name}/{record_id}/sharing"
    access, removed, changed_id = visit.runtime.access, visit.posted("remove"), visit.posted("change")
    typed: TypedShare | None = None
    try:
        if removed:
            await unshare_record(visit.tenant, access, visit.actor, thing.name, record_id, removed, now=visit.now)
            return leave_toast(to(here), visit.words.say("Not shared any more"))
        shares = await _shares(visit, thing, record_id) if changed_id else ()
        typed = read_share(visit, next((one for one in shares if one.id == changed_id), None))
        if typed.share is None:
            return await _show(visit, changed_id=changed_id, typed=typed, status=422)
        shared = await share_record(
            visit.tenant, access, visit.actor, thing.name, record_id, typed.share, now=visit.now
        )
    except (InvalidRecord, InvalidRequest) as error:
        return await _show(
            visit, changed_id=changed_id, typed=typed, problem=(visit.words.tell(error.message),), status=422
        )
    name = _label(visit, shared)
    if typed.is_team:
        return leave_toast(to(here), visit.words.say("%(name)s is on the team", name=name))
    return leave_toast(to(here), visit.words.say("Shared with %(label)s", label=name))


async def _show(
    visit: Visit,
    *,
    changed_id: str = "",
    typed: TypedShare | None = None,
    problem: tuple[str, ...] = (),
    status: int = 200,
) -> Response:
    thing, record_id = find_readable(visit, visit.part("object")), visit.part("id")
    row = await visit.queries.row(visit.actor, thing.name, record_id, ("id", thing.name_field))
    shares = await _shares(visit, thing, record_id)
    rights = await visit.queries.rights(visit.actor, thing.name, record_id)
    people = await _people(visit) if rights.owns or visit.may("manage_access") else ()
    here = f"/app/{thing.name}/{record_id}"
    changed = next(((one, _label(visit, one)) for one in shares if one.id == changed_id and rights.owns), None)
    named = people if len(people) < MOST_PEOPLE else ()
    may_share = rights.owns and thing.sharing != "controlled_by_parent"
    team_form, form = (
        share_form(visit, named, is_team=is_team, typed=typed, changed=changed) if may_share else None
        for is_team in (True, False)
    )
    asked = visit.asked("user")
    page = SharingPage(
        title=str(row[thing.name_field] or "").strip() or visit.words.say("(no name)"),
        object=object_link(visit, thing),
        record_href=here,
        action=f"{here}/sharing",
        default=_default(visit, thing),
        team=_rows(visit, here, [one for one in shares if one.cause == "team"], can_share=rights.owns),
        can_take_back=rights.owns,
        shares=_rows(visit, here, [one for one in shares if one.cause == "manual"], can_share=rights.owns),
        team_form=team_form,
        share_form=form,
        people=people if visit.may("manage_access") else (),
        asked=asked,
        why=await _why(visit, thing, record_id, asked) if asked else None,
        problem=problem,
        changed=changed_id if changed else "",
    )
    return await render_page(visit, "sharing.html", page, here=thing.name, object_name=thing.name, status=status)


async def _shares(visit: Visit, thing: Object, record_id: str) -> tuple[Share, ...]:
    return await list_shares(visit.tenant, visit.runtime.access, visit.actor, thing.name, record_id, now=visit.now)


async def _people(visit: Visit) -> tuple[Choice, ...]:
    query = Query(
        object="user",
        fields=("name", "username"),
        filter="is_active",
        sort=(Sort(field="name"),),
        limit=MOST_PEOPLE,
    )
    rows = await visit.queries.rows(visit.actor, query)
    return tuple(Choice(value=row["username"], label=f"{row['name']} ({row['username']})") for row in rows)


def _rows(visit: Visit, here: str, shares: Sequence[Share], *, can_share: bool) -> tuple[ShareRow, ...]:
    return tuple(_row(visit, here, share, can_share=can_share) for share in shares)


def _row(visit: Visit, here: str, share: Share, *, can_share: bool) -> ShareRow:
    words, until = visit.words, share.expires_at
    kind, _, name = share.principal.partition(":")
    part = "team" if share.cause == "team" else "shares"
    return ShareRow(
        id=share.id,
        icon=icon_of(share.principal),
        face=face_of(name, share.label) if kind == "user" else None,
        label=_label(visit, share),
        team_role=share.team_role or "",
        access=words.say("May change it") if share.access == "read_write" else words.say("May read it"),
        until="" if until is None else words.say("until %(moment)s", moment=_end(visit, share, until)),
        is_over=until is not None and until <= visit.now,
        change_href=f"{here}/sharing?change={share.id}#{part}" if can_share else "",
    )


def _end(visit: Visit, share: Share, until: datetime) -> str:
    """The last day, where it ends with one."""
    zone = visit.formats.time_zone
    if until.astimezone(zone).time() == time():
        return visit.formats.day(date.fromisoformat(last_day(share, zone)))
    return visit.formats.moment(until)


def _label(visit: Visit, share: Share) -> str:
    return share.label if share.principal.startswith("user:") else principal_label(visit.labels, share.principal)


def _default(visit: Visit, thing: Object) -> str:
    words = visit.words
    return {
        "private": words.say("Only its owner sees it, who is above the owner, and whom a rule or a share lets in."),
        "read": words.say("Everybody who may read %(plural)s sees it.", plural=visit.labels.plural(thing).lower()),
        "read_write": words.say(
            "Everybody who may change %(plural)s may change it.", plural=visit.labels.plural(thing).lower()
        ),
        "controlled_by_parent": words.say("Who sees what it belongs to sees it."),
    }[thing.sharing]


async def _why(visit: Visit, thing: Object, record_id: str, asked: str) -> AskedWhy:
    language = visit.words.language if visit.words.language in LANGUAGES else "en"
    explanations = AccessExplanations(visit.tenant, visit.runtime.access)
    try:
        answer = await explanations.why(visit.actor, asked, thing.name, record_id)
    except (NotFound, AccessDenied) as error:
        return AskedWhy(verdict=error.message, allowed=False, grounds=())
    grounds = tuple((one.grants, sentence(one, answer, language)) for one in answer.grounds)
    return AskedWhy(verdict=verdict(answer, language), allowed=answer.allowed, grounds=grounds)
