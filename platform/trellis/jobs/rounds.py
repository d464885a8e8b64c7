"""Timers and deliveries for tenants by name: on a wake-up, and on a round over all of them that finds what no wake-up told of."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from trellis.automation.delivery import Delivery, Tally
from trellis.automation.ledger.pruning import Pruning
from trellis.automation.timing.firing import Firing
from trellis.errors import TrellisError
from trellis.privacy.retention import RetentionRounds
from trellis.tenancy.tenant import Tenant

logger = logging.getLogger(__name__)
TRANSACTIONS_AT_ONCE = 5
"""How many batches of timers are fired before the messages get their turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """`list_names` gives every tenant's name; `find_tenant` None for one that was deleted meanwhile; `firing` None: no timers; `pruning`
    None: nothing is forgotten; `retention` None: nothing's time is over."""

    delivery: Delivery
    list_names: Callable[[], Awaitable[Sequence[str]]]
    find_tenant: Callable[[str], Awaitable[Tenant | None]]
    firing: Firing | None = None
    pruning: Pruning | None = None
    retention: RetentionRounds | None = None

    async def deliver(self, name: str) -> Tally:
        """Everything due in one tenant: timers, then messages, theirs too. Errors of its database are logged; the next round tries
        again."""
        try:
            tenant = await self.find_tenant(name)
            if tenant is None:
                return Tally()
            tally = Tally()
            while await self._fire(tenant):
                tally = tally.and_also(await self.delivery.run(tenant))
            tally = tally.and_also(await self.delivery.run(tenant))
            if self.pruning is not None:
                await self.pruning.run(tenant)
            if self.retention is not None:
                await self.retention.run(tenant)
            return tally
        except (TrellisError, OSError) as error:
            logger.warning("tenant %s: delivery put off: %s", name, error)
            return Tally()

    def stop(self) -> None:
        """Makes what is under way end after the transaction or batch that it is at."""
        self.delivery.stop()
        if self.firing is not None:
            self.firing.stop()

    async def _fire(self, tenant: Tenant) -> bool:
        """Whether more is due: messages get their turn between. Timers that cannot be fired keep no message."""
        try:
            if self.firing is not None:
                _, is_done = await self.firing.run_some(tenant, TRANSACTIONS_AT_ONCE)
                return not is_done
        except (TrellisError, OSError) as error:
            logger.warning("tenant %s: its timers are put off: %s", tenant.name, error)
        except Exception:  # The edge of the job.
            logger.exception("tenant %s: its timers cannot be fired", tenant.name)
        return False

    async def find_work(self) -> list[str]:
        """The tenants that have something due: an indexed read or two for each."""
        try:
            names = await self.list_names()
        except (TrellisError, OSError) as error:
            logger.warning("the tenants cannot be listed now: %s", error)
            return []
        return [name for name in names if await self._has_work(name)]

    async def _has_work(self, name: str) -> bool:
        try:
            tenant = await self.find_tenant(name)
            if tenant is None:
                return False
            is_time = self.firing is not None and await self.firing.has_work(tenant)
            is_time = (self.pruning is not None and self.pruning.is_due(name)) or is_time
            return is_time or await self.delivery.has_work(tenant)
        except (TrellisError, OSError) as error:
            logger.warning("tenant %s: its outbox cannot be read now: %s", name, error)
        except Exception:  # The edge of the job: one tenant's trouble must not keep the round from the others.
            logger.exception("tenant %s: its outbox cannot be read", name)
        return False
