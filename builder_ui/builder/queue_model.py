"""What the pages of queues show."""

from __future__ import annotations

from dataclasses import dataclass

from builder_ui.faces import Face
from builder_ui.lists.model import Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFace:
    face: Face
    is_away: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """`faces`: of the first few; `count`: of all; `away`: how many of them get nothing now; `names`: all of them, to be read out."""

    name: str
    label: str
    href: str
    objects: str
    package: str
    faces: tuple[QueueFace, ...]
    count: int
    away: int
    names: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueList:
    queues: tuple[QueueRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatRow:
    """`weight` and `capacity` as they were typed."""

    user_id: str
    face: Face
    username: str
    weight: str
    capacity: str
    is_absent: bool
    is_active: bool
    weight_error: str = ""
    capacity_error: str = ""
    user_error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """`seen`: what the list was, so that nobody else's change is overwritten; `candidates`: who may be added."""

    name: str
    label: str
    facts: tuple[str, ...]
    action: str
    seen: str
    seats: tuple[SeatRow, ...]
    candidates: tuple[Choice, ...]
    errors: tuple[str, ...] = ()
