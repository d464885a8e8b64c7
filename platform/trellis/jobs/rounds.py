"""Deliveries for tenants by name: on a wake-up, and on a round over all of them that finds what no wake-up told of."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from trellis.automation.delivery import Delivery, Tally
from trellis.errors import TrellisError
from trellis.tenancy.tenant import Tenant

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """`list_names` gives every tenant's name; `find_tenant` None for one that was deleted meanwhile."""

    delivery: Delivery
    list_names: Callable[[], Awaitable[Sequence[str]]]
    find_tenant: Callable[[str], Awaitable[Tenant | None]]

    async def deliver(self, name: str) -> Tally:
        """Everything due in one tenant. Errors of its database are logged; the next round tries again."""
        try:
            tenant = await self.find_tenant(name)
            return await self.delivery.run(tenant) if tenant else Tally()
        except (TrellisError, OSError) as error:
            logger.warning("tenant %s: delivery put off: %s", name, error)
            return Tally()

    async def find_work(self) -> list[str]:
        """The tenants that have something due: one indexed read for each."""
        try:
            names = await self.list_names()
        except (TrellisError, OSError) as error:
            logger.warning("the tenants cannot be listed now: %s", error)
            return []
        return [name for name in names if await self._has_work(name)]

    async def _has_work(self, name: str) -> bool:
        try:
            tenant = await self.find_tenant(name)
            return tenant is not None and await self.delivery.has_work(tenant)
        except (TrellisError, OSError) as error:
            logger.warning("tenant %s: its outbox cannot be read now: %s", name, error)
        except Exception:  # The edge of the job: one tenant's trouble must not keep the round from the others.
            logger.exception("tenant %s: its outbox cannot be read", name)
        return False
