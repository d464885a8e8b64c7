"""How long a session goes on: at most so long, less when nobody uses it, and with a new token now and then. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

# A use moves the end of an idle session only when it moves it by so much: not each request writes.
_LEAST_STEP = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTimes:
    """`idle`: how long a session lasts that is not used, None for as long as any; `rotation`: how old its token grows, None for as old
    as the session."""

    lifetime: timedelta
    idle: timedelta | None = None
    rotation: timedelta | None = None

    def end(self, ends_at: datetime, now: datetime) -> datetime:
        """When a session ends that is used now, and at `ends_at` anyway."""
        return ends_at if self.idle is None else min(ends_at, now + self.idle)

    def is_worth_moving(self, before: datetime | None, after: datetime) -> bool:
        """Whether the end has moved enough to be written down."""
        step = _LEAST_STEP if self.idle is None else max(_LEAST_STEP, self.idle / 20)
        return before is None or abs(after - before) >= step

    def is_rotation_due(self, rotated_at: datetime | None, authenticated_at: datetime | None, now: datetime) -> bool:
        """Whether the token is old, or older than when the user last proved who they are."""
        if rotated_at is None:
            return False
        is_old = self.rotation is not None and now - rotated_at >= self.rotation
        return is_old or (authenticated_at is not None and rotated_at < authenticated_at)
