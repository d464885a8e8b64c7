"""Notes -> the text that the ledger keeps, and back. In a block a note that many records have in common is written once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import orjson

from trellis.automation.ledger.note import Note, Read
from trellis.automation.payload import mark_value, unmark_value

LONGEST_TEXT = 200
_PARTS = len(Note._fields)
Notes = Sequence[Note]


def dump_notes(notes: Notes) -> str:
    return _dump({"notes": [_dump_note(note) for note in notes]})


def load_notes(text: str) -> tuple[Note, ...]:
    return tuple(_load_note(one) for one in orjson.loads(text)["notes"])


def dump_block(records: Sequence[tuple[str, Notes]]) -> str:
    """`records`: each with its id. Notes that are the same one have one number; they live until the text is made."""
    numbers: dict[int, int] = {}
    written: list[Sequence[Any]] = []
    of_records: dict[str, list[int]] = {}
    for record_id, notes in records:
        of_records[record_id] = mine = []
        for note in notes:
            number = numbers.get(id(note))
            if number is None:
                number = numbers[id(note)] = len(written)
                written.append(_dump_note(note))
            mine.append(number)
    return _dump({"notes": written, "records": of_records})


def load_block(text: str) -> Mapping[str, tuple[Note, ...]]:
    """By id of the record."""
    found = orjson.loads(text)
    notes = [_load_note(one) for one in found["notes"]]
    return {record_id: tuple(notes[number] for number in numbers) for record_id, numbers in found["records"].items()}


def load_from_block(text: str, record_id: str) -> tuple[Note, ...]:
    """Those of one record; none when the block is not about it."""
    found = orjson.loads(text)
    notes = found["notes"]
    return tuple(_load_note(notes[number]) for number in found["records"].get(record_id, ()))


def _dump(content: Mapping[str, Any]) -> str:
    return orjson.dumps(content).decode()


def _dump_note(note: Note) -> list[Any]:
    """Without what is blank at its end, which is most of it."""
    rule, line, done, subject, value, before, read, origin = note
    written = [rule, line, done, subject, _mark(value)]
    if before is None and read is None and origin is None:
        return written
    kept = None if read is None else {path: _mark(one) for path, one in read}
    written += (_mark(before), kept) if origin is None else (_mark(before), kept, list(origin))
    return written


def _load_note(written: Sequence[Any]) -> Note:
    whole: list[Any] = list(written) + [None] * (_PARTS - len(written))
    rule, line, done, subject, value, before, read, origin = whole
    kept: Read | None = None if read is None else tuple((path, unmark_value(one)) for path, one in read.items())
    return Note(
        rule,
        line,
        done,
        subject,
        unmark_value(value),
        unmark_value(before),
        kept,
        None if origin is None else (origin[0], origin[1]),
    )


def _mark(value: Any) -> Any:
    kind = type(value)
    if value is None or kind is bool:
        return value
    if kind is Decimal:
        return {"$": "decimal", "value": str(value)}
    if kind is str:
        return value if len(value) <= LONGEST_TEXT else f"{value[:LONGEST_TEXT]}…"
    try:
        return mark_value(value)
    except TypeError:
        # No save fails for what is only told about it.
        return str(value)[:LONGEST_TEXT]
