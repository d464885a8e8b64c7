"""Whom a move of a request tells: outbox entries for the bell and by e-mail, with names in the language of whoever reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metamodel.columns import ColumnKind
from metamodel.model import Model
from trellis.automation.approvals.course import Course, Move
from trellis.automation.approvals.store import Request
from trellis.automation.formatting import FALLBACK_LANGUAGE
from trellis.automation.hooks import SaveContext
from trellis.automation.outbox import Channel, Entry, idempotency_key, write_entries
from trellis.automation.people import fetch_people, people_by_id

BOTH: tuple[Channel, ...] = ("in_app", "email")


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """`what`: the template, as in texts.py; `by` said `comment`; `time` tells a reminder from the one before."""

    request: Request
    course: Course
    what: str
    users: tuple[str, ...]
    channels: tuple[Channel, ...] = BOTH
    by: str = ""
    comment: str | None = None
    time: int = 0


def tellings_of_move(
    request: Request, move: Move, *, actor_id: str, actor_name: str, comment: str | None
) -> list[Telling]:
    """Who is asked now hears so, who submitted it hears the end, and who need not decide any more a recall. Nobody hears of what they
    did themselves, but that they are asked."""
    course = move.course
    what: str = course.status
    users: tuple[str | None, ...] = (request.submitted_by,)
    channels = BOTH
    if course.status == "pending":
        before = set(request.course.votes) if request.course.round == course.round else set()
        what = "asked"
        users = tuple(vote.user for vote in course.votes if vote.state == "waiting" and vote not in before)
    elif course.status == "recalled":
        users, channels = request.course.waiting, ("in_app",)
    told = tuple(user for user in users if user is not None and (what == "asked" or user != actor_id))
    telling = Telling(
        request=request, course=course, what=what, users=told, channels=channels, by=actor_name, comment=comment
    )
    return [telling] if told else []


async def write_notices(context: SaveContext, tellings: Sequence[Telling]) -> None:
    """One query and one executemany. Nobody hears of records whose object was deployed away."""
    compiled, model = context.compiled, context.compiled.model
    tellings = [telling for telling in tellings if model.find_object(telling.request.object) is not None]
    if not tellings:
        return
    query = compiled.prepared(("automation", "people by id"), lambda: people_by_id(compiled.schema, compiled.dialect))
    wanted = {user for telling in tellings for user in telling.users}
    people = await fetch_people(context.transaction, query, wanted, ColumnKind.UUID)
    languages = {user: person.language for user, person in people.items()}
    entries = [
        Entry(
            kind=channel,
            key=idempotency_key("approval", one.request.id, one.course.round, one.what, one.time, user, channel),
            payload={
                "template": f"approval:{one.what}",
                "values": _values(model, one, languages.get(user, FALLBACK_LANGUAGE)),
                "user": user,
            },
            object=one.request.object,
            record_id=one.request.record_id,
            rule=one.request.approval,
            revision=compiled.revision,
        )
        for one in tellings
        for user in one.users
        for channel in one.channels
    ]
    await write_entries(context.transaction, compiled, entries, context.now)


def _values(model: Model, telling: Telling, language: str) -> Mapping[str, Any]:
    request, step = telling.request, telling.course.step
    thing = model.object(request.object)
    labels = approval_labels(model, request.object, language).get(request.approval, {})
    return {
        "object": model.text(language, f"objects.{thing.name}.label", thing.label),
        "title": request.title,
        "approval": labels.get("", request.approval),
        "step": labels.get(step, step) if step is not None else None,
        "by": telling.by,
        "comment": telling.comment,
    }


def approval_labels(model: Model, object_name: str, language: str) -> Mapping[str, Mapping[str, str]]:
    """For each approval of the object its own label under "", and those of its steps."""
    if object_name not in model.objects:
        return {}
    return {
        one.name: {
            "": model.text(language, f"approvals.{one.name}.label", one.label),
            **{
                step.name: model.text(language, f"approvals.{one.name}.steps.{step.name}", step.label)
                for step in one.steps
            },
        }
        for one in model.rules_for(object_name).approvals
    }
