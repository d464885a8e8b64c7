"""A request as its page, the list beside it and the panel of its record show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from builder_ui.approvals.model import Check, Choice, Decision, RequestItem, RequestView
from builder_ui.approvals.rungs import Ladder
from builder_ui.columns import ShownColumn, fetch_paths, resolve_columns
from builder_ui.display import Fact
from builder_ui.faces import face_of
from builder_ui.objects import object_link
from builder_ui.record_types import kind_of, kinds_of, type_path
from builder_ui.visit import Visit
from metamodel.definitions import Object
from metamodel.record_types import RECORD_TYPE
from rule_engine.rules.checked import ToPreviousOwner, ToQueue, ToRole, ToTeam, ToUser
from trellis.automation.approvals.course import Status
from trellis.automation.approvals.desk import Sight
from trellis.automation.approvals.notices import approval_labels
from trellis.automation.approvals.reading import Listed
from trellis.automation.compiling.approvals import CompiledStep
from trellis.automation.steps import Formula
from trellis.errors import AccessDenied, NotFound
from trellis.security.users import User, list_users

MOST_FACTS = 10


def item_of(visit: Visit, listed: Listed, box: str, *, is_on: bool) -> RequestItem:
    """A row of the list."""
    labels = approval_labels(visit.model, listed.object, visit.words.language).get(listed.approval, {})
    thing = visit.model.find_object(listed.object)
    by = listed.submitted_by
    at = listed.ended_at or listed.submitted_at
    tag, tone, icon = status_tag(visit, listed.status) if box == "done" else ("", "", "")
    name = listed.title or visit.words.say("(no name)")
    return RequestItem(
        href=f"/app/approvals/{listed.id}?box={box}",
        title=name,
        detail=visit.words.say(
            "%(approval)s, %(object)s",
            approval=labels.get("", listed.approval),
            object=visit.labels.object(thing) if thing else listed.object,
        ),
        face=face_of(by.id, by.name) if by else face_of("", ""),
        at=visit.formats.since(at, visit.now),
        at_iso=at.isoformat(),
        at_full=visit.formats.moment(at),
        tag=tag,
        tone=tone,  # type: ignore[arg-type]  # one of them
        icon=icon,
        is_on=is_on,
    )


def status_tag(visit: Visit, status: Status) -> tuple[str, str, str]:
    """What people call it, its tone and its icon."""
    words = visit.words  # icons: clock circle-check circle-x arrow-back-up
    return {
        "pending": (words.say("Waiting"), "warn", "clock"),
        "approved": (words.say("Approved"), "ok", "circle-check"),
        "rejected": (words.say("Rejected"), "bad", "circle-x"),
        "recalled": (words.say("Recalled"), "", "arrow-back-up"),
    }[status]


async def view_of(
    visit: Visit, sight: Sight, *, back: str, problem: tuple[str, ...] = (), comment: str = ""
) -> RequestView:
    request = sight.request
    thing = visit.model.object(request.object)
    ladder = Ladder(visit, sight)
    tag, tone, icon = status_tag(visit, request.status)
    by = request.submitted_by
    is_readable = visit.may("read", thing.name) and sight.run is not None
    return RequestView(
        label=ladder.label,
        object=object_link(visit, thing),
        record_title=request.title or visit.words.say("(no name)"),
        record_href=f"/app/{thing.name}/{request.record_id}" if is_readable else None,
        tag=tag,
        tag_tone=tone,
        tag_icon=icon,
        submitted_by=by.name if by else visit.words.say("somebody who is gone"),
        submitted_at=visit.formats.since(request.submitted_at, visit.now),
        submitted_at_full=visit.formats.moment(request.submitted_at),
        reason=request.comment or "",
        facts=await _facts(visit, thing, sight) if is_readable else (),
        process=_process(visit, sight, ladder),
        checks=await _checks(visit, thing, sight, ladder),
        rungs=ladder.rungs(),
        decision=await _decision(visit, sight, back=back, comment=comment),
        problem=problem,
    )


async def _decision(visit: Visit, sight: Sight, *, back: str, comment: str) -> Decision:
    by = sight.request.submitted_by
    people: tuple[Choice, ...] = ()
    if "delegate" in sight.may:
        asked = {vote.user.id for vote in sight.opened.votes if vote.round == sight.request.round}
        people = _choices(await list_users(visit.tenant), asked)
    return Decision(
        action=f"/app/approvals/{sight.request.id}",
        acts=sight.may,
        people=people,
        whose=_whose(visit, sight),
        back=back,
        reader=by.name if by else "",
        comment=comment,
    )


def _whose(visit: Visit, sight: Sight) -> tuple[Choice, ...]:
    """Administrators hand over for others, too; oneself comes first."""
    waiting = [vote.user for vote in sight.opened.waiting]
    if not visit.may("administer") or [person.id for person in waiting] == [visit.actor.user_id]:
        return ()
    waiting.sort(key=lambda person: person.id != visit.actor.user_id)
    return tuple(Choice(value=person.id, label=person.name) for person in waiting)


def _choices(users: Sequence[User], asked: set[str]) -> tuple[Choice, ...]:
    found = [Choice(value=user.id, label=user.name) for user in users if user.is_active and user.id not in asked]
    return tuple(sorted(found, key=lambda one: one.label.casefold()))


async def _facts(visit: Visit, thing: Object, sight: Sight) -> tuple[Fact, ...]:
    """The header's facts, and what the approval asks about; nothing that the reader may not see."""
    asked = sight.approval.conditions if sight.approval else ()
    read = [path for formula in asked for path in formula.paths if "." not in path]
    headers = [name for kind in kinds_of(visit.model, thing) for name in kind.layout.header]
    paths = fetch_paths(_columns(visit, thing, [*headers, *read]), "id", *type_path(thing))
    try:
        row = await visit.queries.row(visit.actor, thing.name, sight.request.record_id, paths)
    except (NotFound, AccessDenied):
        return ()
    layout = kind_of(visit.model, thing, row.get(RECORD_TYPE)).layout
    shown = _columns(visit, thing, [*layout.header, *read])[:MOST_FACTS]
    return tuple(Fact(label=one.label, shown=visit.display.cell(one, row)) for one in shown)


def _columns(visit: Visit, thing: Object, names: Sequence[str]) -> tuple[ShownColumn, ...]:
    known = [name for name in dict.fromkeys(names) if name.split(".")[0] in thing.fields]
    return resolve_columns(visit.labels, thing, known)


def _process(visit: Visit, sight: Sight, ladder: Ladder) -> str:
    """Which step it is, and who decides there by the rules."""
    if sight.approval is None or sight.request.step is None:
        return ""
    names = [one.step.name for one in sight.approval.steps]
    if sight.request.step not in names:
        return ""
    place = names.index(sight.request.step)
    step = sight.approval.steps[place]
    return visit.words.say(
        "Step %(place)s of %(count)s: %(who)s.", place=place + 1, count=len(names), who=_approver(visit, step, ladder)
    )


def _approver(visit: Visit, compiled: CompiledStep, ladder: Ladder) -> str:
    words, model = visit.words, visit.model
    match compiled.step.approver:
        case ToQueue(queue=name):
            queue = model.queues.get(name)
            return words.say("the queue %(name)s", name=visit.labels.queue(queue) if queue else name)
        case ToRole(role=name):
            role = model.roles.get(name)
            label = visit.labels.text(f"roles.{name}.label", role.label if role else name)
            return words.say("the role %(name)s", name=label)
        case ToTeam(team=name):
            team = model.teams.get(name)
            label = visit.labels.text(f"teams.{name}.label", team.label if team else name)
            return words.say("the team %(name)s", name=label)
        case ToPreviousOwner():
            return words.say("who owned the record before")
        case ToUser(user=str(name)):
            return words.say("the user %(name)s", name=name)
        case _:
            return ladder.sentence(compiled.user.checked) if compiled.user else ""


async def _checks(visit: Visit, thing: Object, sight: Sight, ladder: Ladder) -> tuple[Check, ...]:
    """The conditions that led to the present step, with what they read."""
    if sight.approval is None or sight.request.status != "pending":
        return ()
    step = next((one for one in sight.approval.steps if one.step.name == sight.request.step), None)
    given = [sight.approval.condition, step.condition if step else None]
    conditions = [one for one in given if one is not None]
    row = await _read(visit, thing, sight, conditions)
    return tuple(
        Check(formula=one.source, sentence=ladder.sentence(one.checked), values=_values(visit, thing, row, one))
        for one in conditions
    )


async def _read(visit: Visit, thing: Object, sight: Sight, conditions: Sequence[Formula]) -> Mapping[str, Any]:
    """Of what the conditions read in the record, as much as the reader may see."""
    decide = visit.access.decide
    names = {
        path
        for formula in conditions
        for path in formula.paths
        if (field := thing.fields.get(path)) is not None
        and field.is_stored
        and not field.is_system
        and decide(visit.actor, "read", thing.name, path).allowed
    }
    try:
        return await visit.queries.row(visit.actor, thing.name, sight.request.record_id, ("id", *sorted(names)))
    except (NotFound, AccessDenied):
        return {}


def _values(visit: Visit, thing: Object, row: Mapping[str, Any], formula: Formula) -> str:
    said = []
    for path in formula.paths:
        if path in row and path in thing.fields:
            field, value = thing.fields[path], row[path]
            text = visit.display.text(field, value) if value is not None else "–"
            said.append(visit.words.say("%(label)s: %(value)s", label=visit.labels.field(thing, field), value=text))
    return visit.words.say("; ").join(said)
