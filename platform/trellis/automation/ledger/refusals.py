"""What rules and validations refuse of records that are there: told by the ledger although nothing was saved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trellis.automation.hooks import Change, SaveContext
from trellis.automation.ledger.note import Note
from trellis.automation.ledger.pending import Key, pending_of
from trellis.automation.ledger.write import write_ledger

_REFUSED = "notes about what was refused"
Refusal = tuple[Key, Note]


def remember_refusals(context: SaveContext, object_name: str, changes: Iterable[Change]) -> None:
    """Of changes that are refused; what else was noted about them is forgotten. A record that is not there yet has no history."""
    refused: list[Refusal] = context.memory.setdefault(_REFUSED, [])
    for change in changes:
        if change.old is not None:
            refused += [((object_name, change.id), note) for note in change.notes if note.done == "fail"]
        change.notes = []


def take_refusals(context: SaveContext) -> Sequence[Refusal]:
    """What the context's transaction has remembered, once."""
    found: Sequence[Refusal] = context.memory.pop(_REFUSED, ())
    return found


async def write_refusals(context: SaveContext, refused: Sequence[Refusal]) -> None:
    """One executemany, none for nothing."""
    if refused:
        for key, note in refused:
            pending_of(context).add(key, note)
        await write_ledger(context)
