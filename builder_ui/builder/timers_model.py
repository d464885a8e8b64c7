"""What the page of timers shows."""

from __future__ import annotations

from dataclasses import dataclass

from builder_ui.builder.outbox_model import OutboxTile


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerRow:
    """`about`: the object of the record; `name`: what the record is called, "" when it is not there; `error`: what it failed with last,
    "" when it did not."""

    id: str
    icon: str
    kind: str
    rule: str
    about: str
    name: str
    record_href: str
    due: str
    due_iso: str
    error: str
    tries: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimersPage:
    """`dead`: those that were given up; `waiting`: the others, the next first; `more_dead`, `more_waiting`: how many are not shown, ""
    for none."""

    tiles: tuple[OutboxTile, ...]
    dead: tuple[TimerRow, ...]
    dead_count: int
    more_dead: str
    waiting: tuple[TimerRow, ...]
    more_waiting: str
