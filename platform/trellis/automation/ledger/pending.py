"""The notes of one transaction until they are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from trellis.automation.hooks import Change, SaveContext
from trellis.automation.ledger.note import Note

Key = tuple[str, str]
"""Object and id of a record."""

_LEDGER = "notes for the ledger"


class Pending:
    """Notes about records that are in the database. What is noted before a record is written waits at its Change, and is forgotten with
    that when the record is refused; `keep` takes it once it is written."""

    def __init__(self) -> None:
        self._notes: dict[Key, list[Note]] = {}

    def add(self, key: Key, note: Note) -> None:
        found = self._notes.get(key)
        if found is None:
            self._notes[key] = [note]
        else:
            found.append(note)

    def keep(self, object_name: str, changes: Iterable[Change]) -> None:
        """Those records are written."""
        kept = self._notes
        for change in changes:
            if change.notes:
                key = (object_name, change.id)
                kept[key] = kept[key] + change.notes if key in kept else change.notes
                change.notes = []

    def take(self) -> Mapping[Key, list[Note]]:
        """What is to be written, once."""
        taken, self._notes = self._notes, {}
        return taken


def pending_of(context: SaveContext) -> Pending:
    """Those of the context's transaction."""
    found = context.memory.get(_LEDGER)
    if found is None:
        found = context.memory[_LEDGER] = Pending()
    assert isinstance(found, Pending)
    return found
