"""Why a record is as it is, in the reader's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trellis.automation.ledger.note import Done


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownValue:
    """A value that was read: the path, what the reader calls it, the value as JSON and as text."""

    path: str
    label: str
    value: Any
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherRecord:
    """`name`: as the reader may see it, "" when not."""

    object: str
    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing that a rule decided. `sentence`: what it did; `because`: the conditions that led to it, in words, "" for none;
    `clause`: the line of the rule's file at that time, "" when it is not to be found. `field`: the one it is about; `read`: None where
    the values were not kept. `origin`: the record whose rule it was, None for this one."""

    rule: str
    line: int
    done: Done
    sentence: str
    because: str
    path: str
    clause: str
    field: str | None
    read: tuple[ShownValue, ...] | None
    origin: OtherRecord | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One change of a tracked field that a person made, or a rule of which the ledger says nothing more."""

    field: str
    label: str
    sentence: str
    before: str
    after: str
    rule: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One save. `actor`: who made it, None for the platform."""

    at: datetime
    actor: str | None
    revision: int
    reasons: tuple[Reason, ...]
    changes: tuple[Changed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """`happenings`: the newest first; `has_more`: there are older ones. `name`: of the record, "" when it has been deleted."""

    object: str
    record_id: str
    name: str
    happenings: tuple[Happening, ...]
    has_more: bool
