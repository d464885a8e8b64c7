"""The notes of one transaction until they are written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from trellis.automation.hooks import SaveContext
from trellis.automation.ledger.note import Note

Key = tuple[str, str]
"""Object and id of a record."""

_LEDGER = "notes for the ledger"


class Pending:
    """What is noted before records are written counts once they are: `settle` says which. `is_detailed`: whether the values read are
    kept for one more record, asked once for each."""

    def __init__(self) -> None:
        self._unwritten: dict[Key, list[Note]] = {}
        self._certain: dict[Key, list[Note]] = {}
        self._detailed: dict[Key, bool] = {}

    def add(self, key: Key, note: Note, *, is_certain: bool = True) -> None:
        notes = self._certain if is_certain else self._unwritten
        found = notes.get(key)
        if found is None:
            notes[key] = [note]
        else:
            found.append(note)

    def is_detailed(self, key: Key, decide: Callable[[], bool]) -> bool:
        found = self._detailed.get(key)
        if found is None:
            found = self._detailed[key] = decide()
        return found

    def begin(self) -> None:
        """Forgets what was noted about records that were not written."""
        self._unwritten.clear()

    def settle(self, object_name: str, ids: Collection[str]) -> None:
        """Those records are written."""
        if not self._unwritten:
            return
        unwritten, certain = self._unwritten, self._certain
        for record_id in ids:
            key = (object_name, record_id)
            notes = unwritten.get(key)
            if notes is not None:
                certain[key] = notes + certain.get(key, [])
        unwritten.clear()

    def unwritten(self) -> Iterator[tuple[Key, list[Note]]]:
        yield from self._unwritten.items()

    def take(self) -> Mapping[Key, list[Note]]:
        """What is to be written, once."""
        taken, self._certain = self._certain, {}
        self._detailed = {}
        return taken


def pending_of(context: SaveContext) -> Pending:
    """Those of the context's transaction."""
    found = context.memory.get(_LEDGER)
    if found is None:
        found = context.memory[_LEDGER] = Pending()
    assert isinstance(found, Pending)
    return found
