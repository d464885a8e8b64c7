"""What a simulation found: counts over all records, and some of them gone through one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from trellis.query.json_text import exact


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementCount:
    """`matches`: records whose condition holds; of a validation those that it refuses. `text`: the line of the file where it begins."""

    kind: Literal["rule", "assignment", "validation"]
    name: str
    line: int
    matches: int

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "name": self.name, "line": self.line, "matches": self.matches}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCount:
    """A row or an action that something is done by. `text`: the line of the file."""

    line: int
    text: str
    records: int

    def to_json(self) -> dict[str, Any]:
        return {"line": self.line, "text": self.text, "records": self.records}


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCount:
    """Records that have the one JSON value and would have the other; decimals are exact."""

    before: Any
    after: Any
    records: int

    def to_json(self) -> dict[str, Any]:
        return {"before": exact(self.before), "after": exact(self.after), "records": self.records}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldCount:
    """`values`: the most frequent ways of a change, of `changes` in all."""

    field: str
    changes: int
    values: tuple[ValueCount, ...]

    def to_json(self) -> dict[str, Any]:
        return {"field": self.field, "changes": self.changes, "values": [one.to_json() for one in self.values]}


Owner = Mapping[str, str]
"""{"user": username} or {"queue": name}; with a strategy the queue whose members get the records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerCount:
    """Records that one has and another would have. `line`: of the row or action that says so."""

    before: Owner
    after: Owner
    line: int
    records: int

    def to_json(self) -> dict[str, Any]:
        return {"before": dict(self.before), "after": dict(self.after), "line": self.line, "records": self.records}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """`looked_at`: how many records; `refused`: by validations and `fail`, by line. What the database counted it counted over all
    records; what was tried, over the newest of them, `is_whole` when that is all; of the history it counted saves."""

    looked_at: int
    counted_by: Literal["database", "trial", "history"]
    is_whole: bool
    why_tried: str | None
    statements: tuple[StatementCount, ...]
    lines: tuple[LineCount, ...]
    fields: tuple[FieldCount, ...]
    owners: tuple[OwnerCount, ...]
    refused: tuple[LineCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message that would go out."""

    channel: str
    to: str
    text: str

    def to_json(self) -> dict[str, Any]:
        return {"channel": self.channel, "to": self.to, "text": self.text}


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherRecord:
    """Another record that would be created, updated, deleted or restored. `values`: JSON values, of an update those that change."""

    did: str
    object: str
    values: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        return {"did": self.did, "object": self.object, "values": exact(self.values)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A field of one record. JSON values; decimals are exact."""

    field: str
    before: Any
    after: Any

    def to_json(self) -> dict[str, Any]:
        return {"field": self.field, "before": exact(self.before), "after": exact(self.after)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One record that the draft does something to. `statements`: the names of those that fire; `refused`: why it would not be saved.
    `save`: how and when it was saved, where the history is gone through; changes are from what came of that to what would have."""

    id: str
    name: str
    statements: tuple[str, ...]
    changes: tuple[Change, ...]
    owner: tuple[Owner, Owner] | None
    told: tuple[Told, ...]
    others: tuple[OtherRecord, ...]
    refused: tuple[str, ...]
    save: tuple[str, datetime] | None = None

    def to_json(self) -> dict[str, Any]:
        before, after = self.owner or (None, None)
        event, at = self.save or (None, None)
        return {
            "id": self.id,
            "name": self.name,
            "statements": list(self.statements),
            "changes": [one.to_json() for one in self.changes],
            "owner": None if before is None or after is None else {"before": dict(before), "after": dict(after)},
            "messages": [one.to_json() for one in self.told],
            "others": [one.to_json() for one in self.others],
            "refused": list(self.refused),
            "event": event,
            "at": None if at is None else at.isoformat(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """`since`: from when on saves were gone through, None where the records of now were; `untracked`: fields that the draft reads or
    sets and whose history is not kept, so that they were taken as they are now."""

    object: str
    counts: Counts
    shown: tuple[Shown, ...]
    since: datetime | None = None
    untracked: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        counts = self.counts
        return {
            "object": self.object,
            "since": None if self.since is None else self.since.isoformat(),
            "untracked": list(self.untracked),
            "looked_at": counts.looked_at,
            "counted_by": counts.counted_by,
            "is_whole": counts.is_whole,
            "why_tried": counts.why_tried,
            "statements": [one.to_json() for one in counts.statements],
            "lines": [one.to_json() for one in counts.lines],
            "fields": [one.to_json() for one in counts.fields],
            "owners": [one.to_json() for one in counts.owners],
            "refused": [one.to_json() for one in counts.refused],
            "records": [one.to_json() for one in self.shown],
        }
