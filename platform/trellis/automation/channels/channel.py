"""What the delivery loop asks of a channel, and what it gives it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from trellis.automation.claims import ClaimedRow, Claims, Outcome
from trellis.automation.errors import DeliveryFailed
from trellis.automation.notice import Notice
from trellis.automation.people import Person
from trellis.automation.retry import LONGEST_DELAY_S, MAX_ATTEMPTS, next_attempt_at
from trellis.security.encryption.keyring import KeyRing
from trellis.storage.database import Database
from trellis.tenancy.compiled import CompiledModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A claimed row with its words made; none for a webhook that posts values. `recipient`: None for somebody known only by `address`;
    `others`: all who are called in a chat. `payload`: what the row says, by the model that is `compiled` now."""

    row: ClaimedRow
    notice: Notice
    recipient: Person | None
    address: str
    payload: Mapping[str, Any]
    compiled: CompiledModel
    others: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The claim that messages are delivered under. `spread` gives a random number in [0, 1)."""

    database: Database
    keys: KeyRing
    claims: Claims
    lease_owner: str
    clock: Callable[[], datetime]
    spread: Callable[[], float]

    async def settle(self, outcomes: Sequence[Outcome]) -> None:
        await self.claims.settle(self.lease_owner, outcomes, self.clock())

    def after_failure(self, row: ClaimedRow, error: DeliveryFailed) -> Outcome:
        """Again later; dead when that cannot help or was tried often enough."""
        attempts = row.attempts + 1
        if error.is_permanent or attempts >= MAX_ATTEMPTS:
            return Outcome(row=row, error=error.message, is_dead=True)
        now = self.clock()
        asked = now + timedelta(seconds=min(error.wait_s, LONGEST_DELAY_S))
        return Outcome(row=row, error=error.message, retry_at=max(next_attempt_at(now, attempts, self.spread()), asked))


class Channel(Protocol):
    async def deliver(self, batch: Batch, messages: Sequence[Message]) -> Sequence[Outcome]:
        """Brings every message about and settles its row; gives what became of each."""
