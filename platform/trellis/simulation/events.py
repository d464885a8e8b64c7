"""Saves that were made: what the records were then, taken back step by step from what they are now. Pure.

A field whose changes are not kept is taken as it is now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from trellis.automation.ledger.note import Note

Values = dict[str, Any]
Moment = tuple[str, datetime]
"""The id of a record and the moment of a save."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastChange:
    """One change of a tracked field, as it is kept."""

    record_id: str
    field: str
    before: Any
    after: Any
    at: datetime
    actor_id: str | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PastSave:
    """`old`: the record before it, None for a new one; `given`: as the rules of the draft would have met it; `came`: what came of it."""

    record_id: str
    event: Literal["created", "updated"]
    at: datetime
    actor_id: str | None
    old: Values | None
    given: Values
    came: Values
    undone: frozenset[str]


def saves_of_record(
    now: Values,
    changes: Sequence[PastChange],
    notes: Mapping[Moment, Sequence[Note]],
    names: Collection[str],
    since: datetime,
) -> Iterator[PastSave]:
    """The newest first. `now`: its stored values; `changes`: those of its tracked fields since then; `notes`: what rules noted; what
    rules of these `names` did is taken out of what was given."""
    values = dict(now)
    by_version: dict[int, list[PastChange]] = {}
    for change in changes:
        if change.field in values:
            by_version.setdefault(change.version, []).append(change)
    for version in sorted(by_version, reverse=True):
        of_save = by_version[version]
        came = dict(values)
        values.update((change.field, change.before) for change in of_save)
        old, first = dict(values), of_save[0]
        yield _save(now["id"], "updated", first.at, first.actor_id, old, came, notes, names)
    if now["created_at"] >= since:
        yield _save(now["id"], "created", now["created_at"], now["created_by"], None, values, notes, names)


def _save(
    record_id: str,
    event: Literal["created", "updated"],
    at: datetime,
    actor_id: str | None,
    old: Values | None,
    came: Values,
    notes: Mapping[Moment, Sequence[Note]],
    names: Collection[str],
) -> PastSave:
    given = dict(came)
    undone: set[str] = set()
    for note in reversed(notes.get((record_id, at), ())):
        if note.rule not in names or note.origin is not None:
            continue
        if note.done == "set" and note.subject in given:
            given[note.subject] = note.before
            undone.add(note.subject)
        elif note.done == "assign" and isinstance(note.before, tuple):
            given["owner"], given["owner_queue"] = note.before
            undone.add("owner")
    return PastSave(
        record_id=record_id,
        event=event,
        at=at,
        actor_id=actor_id,
        old=old,
        given=given,
        came=came,
        undone=frozenset(undone),
    )
