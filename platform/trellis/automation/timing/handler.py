"""What fires timers of one kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from trellis.automation.hooks import SaveContext


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTimer:
    """A timer whose time has come. It is gone already when its handler runs: who wants it again writes it again. `attempts`: how often
    it failed before."""

    id: str
    key: str
    kind: str
    object: str | None
    record_id: str | None
    rule: str | None
    actor_id: str | None
    due_at: datetime
    payload: Mapping[str, Any]
    attempts: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """`refused`: by timer id, why it could not have its effect: it is tried again later. `count`: how many did have one."""

    count: int
    refused: Mapping[str, str] = field(default_factory=dict)


class TimerHandler(Protocol):
    async def fire(self, context: SaveContext, timers: Sequence[DueTimer]) -> Fired:
        """In one transaction, in the name of the context's actor. All timers are of one kind, object, rule and actor, oldest first.
        An error undoes all of it; they are then tried in smaller parts, so that the one at fault fails alone."""


Handlers = Mapping[str, TimerHandler]
