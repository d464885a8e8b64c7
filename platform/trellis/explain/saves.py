"""Rows of the ledger and changes of fields -> the saves that they came of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from trellis.automation.ledger.note import Note
from trellis.automation.ledger.read import LedgerRow
from trellis.explain.field_changes import FieldChange


@dataclass(slots=True, kw_only=True)
class Save:
    """`id`: of one of its rows, which tells saves of one moment apart."""

    id: str
    at: datetime
    actor_id: str | None
    revision: int
    notes: Sequence[Note] = ()
    changes: list[FieldChange] = field(default_factory=list)


def saves_of(rows: Sequence[LedgerRow], changes: Sequence[FieldChange]) -> list[Save]:
    """The newest first. What a note says already is no change beside it."""
    saves = [
        Save(id=row.id, at=row.decided_at, actor_id=row.actor_id, revision=row.revision, notes=row.notes)
        for row in rows
        if row.notes
    ]
    by_moment = {_moment(save): save for save in reversed(saves)}
    for change in reversed(changes):
        key = (change.changed_at, change.changed_by, change.revision)
        save = by_moment.get(key)
        if save is None:
            save = Save(id=change.id, at=change.changed_at, actor_id=change.changed_by, revision=change.revision)
            by_moment[key] = save
            saves.append(save)
        if not any((note.rule, note.subject) == (change.rule, change.field) for note in save.notes):
            save.changes.append(change)
    saves.sort(key=lambda save: (save.at, save.id), reverse=True)
    return [save for save in saves if save.notes or save.changes]


def _moment(save: Save) -> tuple[datetime, str | None, int]:
    return save.at, save.actor_id, save.revision
