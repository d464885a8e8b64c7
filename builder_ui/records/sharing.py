"""Whom a record is shared with by hand, sharing it, and why one person may or may not see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from starlette.responses import Response

from builder_ui.lists.model import Choice
from builder_ui.objects import ObjectLink, find_readable, object_link
from builder_ui.shell import render_page
from builder_ui.toasts import leave_toast
from builder_ui.visit import Visit, to
from metamodel.definitions import Object, Sort
from trellis.errors import AccessDenied, InvalidRecord, InvalidRequest, NotFound
from trellis.explain.access import AccessExplanations
from trellis.explain.access_words import LANGUAGES, sentence, verdict
from trellis.query.query import Query
from trellis.records.shares import NewShare, Share, list_shares, share_record, unshare_record

MOST_PEOPLE = 200
# icons: user users-group id-badge inbox world trash check x share


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRow:
    id: str
    icon: str
    label: str
    access: str
    until: str
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedWhy:
    verdict: str
    allowed: bool
    grounds: tuple[tuple[bool, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingPage:
    """`can_share`: whether the reader may share it; `people`: who may be asked about, only for those who may; `why`: what was asked."""

    title: str
    object: ObjectLink
    record_href: str
    action: str
    default: str
    shares: tuple[ShareRow, ...]
    can_share: bool
    principals: tuple[Choice, ...]
    chosen: str
    people: tuple[Choice, ...]
    asked: str
    why: AskedWhy | None
    problem: tuple[str, ...]


async def sharing_page(visit: Visit) -> Response:
    return await _show(visit)


async def change_sharing(visit: Visit) -> Response:
    thing, record_id = find_readable(visit, visit.part("object")), visit.part("id")
    here = f"/app/{thing.name}/{record_id}/sharing"
    access, removed = visit.runtime.access, visit.posted("remove")
    try:
        if removed:
            await unshare_record(visit.tenant, access, visit.actor, thing.name, record_id, removed, now=visit.now)
            return leave_toast(to(here), visit.words.say("Not shared any more"))
        share = _read(visit)
        shared = await share_record(visit.tenant, access, visit.actor, thing.name, record_id, share, now=visit.now)
    except (InvalidRecord, InvalidRequest) as error:
        return await _show(visit, problem=(error.message,), status=422)
    return leave_toast(to(here), visit.words.say("Shared with %(label)s", label=shared.label))


def _read(visit: Visit) -> NewShare:
    """The day that a share ends is the last that it holds, where the reader is."""
    until, given = None, visit.posted("until").strip()
    if given:
        try:
            day = date.fromisoformat(given) + timedelta(days=1)
            until = datetime.combine(day, time(), visit.formats.time_zone).astimezone(UTC)
        except (ValueError, OverflowError):
            raise InvalidRequest(visit.words.say("This is no day: %(text)s", text=given[:40])) from None
    writes = visit.posted("access") == "read_write"
    return NewShare(principal=visit.posted("principal"), access="read_write" if writes else "read", expires_at=until)


async def _show(visit: Visit, *, problem: tuple[str, ...] = (), status: int = 200) -> Response:
    thing, record_id = find_readable(visit, visit.part("object")), visit.part("id")
    row = await visit.queries.row(visit.actor, thing.name, record_id, ("id", thing.name_field))
    shares = await list_shares(visit.tenant, visit.runtime.access, visit.actor, thing.name, record_id, now=visit.now)
    rights = await visit.queries.rights(visit.actor, thing.name, record_id)
    people = await _people(visit) if rights.owns or visit.may("manage_access") else ()
    here = f"/app/{thing.name}/{record_id}"
    asked = visit.asked("user")
    page = SharingPage(
        title=str(row[thing.name_field] or "").strip() or visit.words.say("(no name)"),
        object=object_link(visit, thing),
        record_href=here,
        action=f"{here}/sharing",
        default=_default(visit, thing),
        shares=tuple(_row(visit, share) for share in shares),
        can_share=rights.owns,
        principals=(*_groups(visit), *(Choice(value=f"user:{one.value}", label=one.label) for one in people)),
        chosen=visit.posted("principal"),
        people=people if visit.may("manage_access") else (),
        asked=asked,
        why=await _why(visit, thing, record_id, asked) if asked else None,
        problem=problem,
    )
    return await render_page(visit, "sharing.html", page, here=thing.name, object_name=thing.name, status=status)


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


def _groups(visit: Visit) -> Iterator[Choice]:
    words, model = visit.words, visit.model
    yield Choice(value="everyone", label=words.say("Everybody"))
    for role in model.roles.values():
        label = visit.labels.text(f"roles.{role.name}.label", role.label)
        yield Choice(value=f"role:{role.name}", label=words.say("Role: %(label)s", label=label))
    for team in model.teams.values():
        label = visit.labels.text(f"teams.{team.name}.label", team.label)
        yield Choice(value=f"team:{team.name}", label=words.say("Team: %(label)s", label=label))


def _row(visit: Visit, share: Share) -> ShareRow:
    words = visit.words
    kind = share.principal.partition(":")[0]
    icon = {"user": "user", "team": "users-group", "queue": "inbox", "everyone": "world"}.get(kind, "id-badge")
    until = share.expires_at
    writes = share.access == "read_write"
    return ShareRow(
        id=share.id,
        icon=icon,
        label=words.say("Everybody") if kind == "everyone" else share.label,
        access=words.say("May change it") if writes else words.say("May read it"),
        until="" if until is None else words.say("until %(moment)s", moment=visit.formats.moment(until)),
        is_over=until is not None and until <= visit.now,
    )


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
