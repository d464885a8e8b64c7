"""What of the ledger and of the history an actor may read: fields that are hidden from them are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from metamodel.model import Model
from trellis.automation.ledger.note import Note
from trellis.automation.ledger.read import LedgerRow
from trellis.explain.field_changes import FieldChange
from trellis.explain.sentences import field_of
from trellis.security.access import Access
from trellis.security.actor import Actor


class Readable:
    """`object_name`: of the record that is explained."""

    def __init__(self, model: Model, access: Access, actor: Actor, object_name: str) -> None:
        self._model = model
        self._access = access
        self._actor = actor
        self._object = object_name

    def rows(self, rows: Sequence[LedgerRow]) -> list[LedgerRow]:
        """Without notes about hidden fields, and without hidden values that were read."""
        return [
            replace(row, notes=tuple(self._note(note) for note in row.notes if self._may(field_of(note))))
            for row in rows
        ]

    def changes(self, changes: Sequence[FieldChange]) -> list[FieldChange]:
        return [change for change in changes if self._may(change.field)]

    def _may(self, field: str | None) -> bool:
        return field is None or self._may_read(self._object, field)

    def _note(self, note: Note) -> Note:
        if note.read is None:
            return note
        about = self._object if note.origin is None else note.origin[0]
        return note._replace(read=tuple((path, value) for path, value in note.read if self._may_follow(about, path)))

    def _may_follow(self, object_name: str, path: str) -> bool:
        """Every field along the path, and the objects that they are of."""
        found = self._model.find_object(object_name)
        steps = self._model.find_path(object_name, path) if found else None
        if steps is None:
            return self._may_read(object_name, path.partition(".")[0])
        return all(self._may_read(step.object.name, step.field.name) for step in steps)

    def _may_read(self, object_name: str, field: str) -> bool:
        decide = self._access.decide
        return (
            decide(self._actor, "read", object_name).allowed and decide(self._actor, "read", object_name, field).allowed
        )
