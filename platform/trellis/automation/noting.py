"""Notes for the ledger of one step, about many records: what several have in common is one note."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from trellis.automation.ledger.note import Done, Note, Reading
from trellis.automation.run import Run


class Noting:
    """As Run.note for what sets fields, with what does not depend on the record said once."""

    def __init__(self, run: Run, done: Done, *, line: int, subject: str, read: Sequence[str]) -> None:
        self._run = run
        self._done = done
        self._line = line
        self._subject = subject
        self._read = read
        self._common: dict[Hashable, Note] = {}

    def reading(self, index: int) -> Reading | None:
        """Before the record is changed, for `note`; None where it is not kept."""
        return self._run.reading(index, self._read) if self._run.is_kept_whole(index) else None

    def note(self, index: int, value: Any, before: Any, reading: Reading | None) -> None:
        run = self._run
        if reading is not None:
            run.note(
                index,
                self._done,
                line=self._line,
                subject=self._subject,
                value=value,
                before=before,
                read=reading,
            )
            return
        same = (value, before)
        try:
            found = self._common.get(same)
        except TypeError:
            found = Note(run.rule, self._line, self._done, self._subject, value, before)
        if found is None:
            found = self._common[same] = Note(run.rule, self._line, self._done, self._subject, value, before)
        change = run.changes[index]
        if run.are_written:
            run.keep(index, found)
        else:
            change.notes.append(found)
            change.set_by[self._subject] = run.rule
