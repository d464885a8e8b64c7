"""What the page of people's data shows."""

from __future__ import annotations

from dataclasses import dataclass

from builder_ui.forms.model import Widget
from builder_ui.objects import ObjectLink


@dataclass(frozen=True, slots=True, kw_only=True)
class MapRow:
    """One field. `becomes`: what erasing does to it; `is_unmarked`: it looks as if it held something, and nobody said so."""

    label: str
    name: str
    holds: str
    becomes: str
    is_unmarked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRow:
    """One rule of retention. `said`: when, and what then; `due`: how many records it is time for now, `is_due` whether there are any."""

    said: str
    when: str
    due: str
    is_due: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MapObject:
    """`becomes`: what erasing does to a record of it; `kept`: how long records are kept."""

    object: ObjectLink
    href: str
    becomes: str
    rows: tuple[MapRow, ...]
    kept: tuple[KeptRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRow:
    """`name`: what the record is called; `href`: "" for one that is in the bin; `fields`: those whose values go."""

    object: ObjectLink
    name: str
    href: str
    why: str
    becomes: str
    tone: str
    fields: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPerson:
    """`said`: how much there is; `asked`: the hidden fields that ask for the same person again; `fingerprint`: of the plan."""

    said: str
    rows: tuple[FoundRow, ...]
    asked: tuple[tuple[str, str], ...]
    fingerprint: str
    goes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyPage:
    widgets: tuple[Widget, ...]
    error: str
    person: FoundPerson | None
    objects: tuple[MapObject, ...]
    may_export: bool
