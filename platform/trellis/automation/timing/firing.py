"""Fires the timers of a tenant that are due. Their effects, and their end, are one transaction: several workers fire each exactly once."""

from __future__ import annotations

import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from trellis.automation.hooks import SaveContext
from trellis.automation.retry import MAX_ATTEMPTS, next_attempt_at
from trellis.automation.timing.acting import fetch_acting
from trellis.automation.timing.due import Failure, claim_group, claim_ids, fetch_state, put_back
from trellis.automation.timing.handler import DueTimer, Fired, Handlers
from trellis.storage.database import Transaction
from trellis.storage.errors import DatabaseUnavailable
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant

logger = logging.getLogger(__name__)
MOST_TRANSACTIONS = 100
Claim = Callable[[Transaction, CompiledModel], Awaitable[Sequence[DueTimer]]]
Plan = Callable[[Transaction, CompiledModel, datetime], Awaitable[None]]


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True, kw_only=True)
class Firing:
    """Shared by all tenants of a process. `handlers`: by kind. `plan` writes the timers that a new revision of a tenant's metadata asks
    for, None: it asks for none; it may run again and again. `spread`: a random number in [0, 1)."""

    handlers: Handlers
    plan: Plan | None = None
    clock: Callable[[], datetime] = utc_now
    spread: Callable[[], float] = random.random
    _planned: dict[str, int] = field(default_factory=dict)
    _is_stopping: bool = False

    async def has_work(self, tenant: Tenant) -> bool:
        """One indexed read."""
        revision, is_due = await self._state(tenant)
        return is_due or self._is_to_plan(tenant, revision)

    def stop(self) -> None:
        """Makes runs end after the transaction they are at."""
        self._is_stopping = True

    async def run(self, tenant: Tenant) -> int:
        """Fires everything that is due; gives how many timers had an effect. Costs one read when nothing is."""
        total, is_done = 0, False
        while not is_done:
            count, is_done = await self.run_some(tenant, MOST_TRANSACTIONS)
            total += count
        return total

    async def run_some(self, tenant: Tenant, at_most: int) -> tuple[int, bool]:
        """The same in so many transactions; whether nothing was left."""
        revision, is_due = await self._state(tenant)
        if self._is_to_plan(tenant, revision):
            self._planned[tenant.name] = await tenant.write(self._plan)
        elif not is_due:
            return 0, True
        total = 0
        for _ in range(at_most):
            claimed: list[DueTimer] = []
            if not self._is_stopping:
                total += await self._fire(tenant, partial(claim_group, now=self.clock()), claimed)
            if not claimed:
                return total, True
        return total, False

    def _is_to_plan(self, tenant: Tenant, revision: int) -> bool:
        return self.plan is not None and self._planned.get(tenant.name) != revision

    async def _plan(self, transaction: Transaction, compiled: CompiledModel) -> int:
        if self.plan is not None:
            await self.plan(transaction, compiled, self.clock())
        return compiled.revision

    async def _state(self, tenant: Tenant) -> tuple[int, bool]:
        compiled = await tenant.compiled()
        return await tenant.database.read(lambda transaction: fetch_state(transaction, compiled, self.clock()))

    async def _fire(self, tenant: Tenant, claim: Claim, claimed: list[DueTimer]) -> int:
        """One transaction. When it fails, its timers are fired in halves, down to the one at fault. `claimed`: what was tried."""

        async def work(transaction: Transaction, compiled: CompiledModel) -> int:
            claimed[:] = await claim(transaction, compiled)
            if not claimed:
                return 0
            fired = await self._handle(transaction, compiled, claimed)
            refused = [timer for timer in claimed if timer.id in fired.refused]
            await put_back(transaction, compiled, [self._failure(timer, fired.refused[timer.id]) for timer in refused])
            return fired.count

        try:
            return await tenant.write(work)
        except DatabaseUnavailable:
            raise
        except Exception as error:  # The edge of the job: the timer at fault says what happened.
            if not claimed:
                raise
            if len(claimed) == 1:
                await self._note_failure(tenant, claimed[0], error)
                return 0
        return await self._fire_halves(tenant, claimed)

    async def _fire_halves(self, tenant: Tenant, claimed: Sequence[DueTimer]) -> int:
        total = 0
        middle = len(claimed) // 2
        for some in (claimed[:middle], claimed[middle:]):
            claim = partial(claim_ids, ids=[timer.id for timer in some], now=self.clock())
            total += await self._fire(tenant, claim, [])
        return total

    async def _handle(self, transaction: Transaction, compiled: CompiledModel, timers: Sequence[DueTimer]) -> Fired:
        handler = self.handlers.get(timers[0].kind)
        if handler is None:
            return Fired(count=0, refused={timer.id: f"nothing fires {timer.kind!r}" for timer in timers})
        actor = await fetch_acting(transaction, compiled, timers[0].actor_id)
        return await handler.fire(
            SaveContext(transaction=transaction, compiled=compiled, actor=actor, now=self.clock()), timers
        )

    async def _note_failure(self, tenant: Tenant, timer: DueTimer, error: Exception) -> None:
        logger.warning("tenant %s: timer %s of rule %r failed", tenant.name, timer.id, timer.rule, exc_info=error)
        reason = getattr(error, "message", None) or f"{type(error).__name__}: {error}"

        async def work(transaction: Transaction, compiled: CompiledModel) -> None:
            claimed = await claim_ids(transaction, compiled, [timer.id], self.clock())
            await put_back(transaction, compiled, [self._failure(one, reason) for one in claimed])

        await tenant.write(work)

    def _failure(self, timer: DueTimer, reason: str) -> Failure:
        """Only what is about a record can be given up: schedules of a tenant must not end in silence."""
        attempts = timer.attempts + 1
        is_dead = attempts >= MAX_ATTEMPTS and timer.record_id is not None
        at = next_attempt_at(self.clock(), min(attempts, MAX_ATTEMPTS), self.spread())
        retry_at = None if is_dead else at
        return Failure(timer=timer, error=reason, retry_at=retry_at)
