"""A tenant with rules, and a clock that the test sets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa

from tests.trellis.automation.rules import NOW, SOURCE, Office
from tests.trellis.factory import administrator, opened_tenant
from trellis.automation.engine import Engine
from trellis.automation.timing.firing import Firing
from trellis.automation.timing.opening import build_handlers
from trellis.automation.timing.planning import plan_timers
from trellis.records.service import Records
from trellis.security.access import AdministratorAccess

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Clockwork(Office):
    now: datetime = NOW
    firing: Firing = field(init=False)

    def __post_init__(self) -> None:
        self.firing = self.worker()

    def worker(self) -> Firing:
        """What one worker has."""
        access = AdministratorAccess()
        handlers = build_handlers(Engine(self.woken.append, access), access)
        return Firing(handlers=handlers, plan=plan_timers, clock=lambda: self.now, spread=lambda: 1.0)

    async def wait(self, **passed: float) -> int:
        """Lets time pass in one leap, then fires what is due by then; gives how many timers had an effect."""
        return await self.come_to(self.now + timedelta(**passed))

    async def come_to(self, moment: datetime) -> int:
        """The same, until a moment."""
        assert moment >= self.now
        self.now = moment
        return await self.firing.run(self.tenant)

    async def timers(self) -> list[tuple[str, datetime | str, str]]:
        """(kind, due at, status) of those that are about records."""
        timer = self.tenant.tables.timer
        columns = (timer.c.kind, timer.c.due_at, timer.c.status)
        rows = await self.fetch(sa.select(*columns).where(timer.c.record_id.is_not(None)).order_by(timer.c.due_at))
        return [(kind, due_at, status) for kind, due_at, status in rows]


def with_clock(
    database_url: str,
    rules: str,
    work: Callable[[Clockwork], Awaitable[T]],
    more: Mapping[str, str] | None = None,
    now: datetime = NOW,
) -> T:
    """Runs `work` with the rules deployed, and the users anna, bo and chen hired."""

    async def run() -> T:
        files: dict[str, Any] = {**SOURCE, "rules/test.rule": rules, **(more or {})}
        async with opened_tenant(database_url, files) as tenant:
            woken: list[str] = []
            access = AdministratorAccess()
            held: list[Clockwork] = []
            records = Records(tenant, Engine(woken.append, access), access, clock=lambda: held[0].now)
            actor = await administrator(tenant)
            held.append(Clockwork(tenant=tenant, actor=actor, records=records, woken=woken, now=now))
            await held[0].hire("anna", "bo", "chen")
            return await work(held[0])

    return asyncio.run(run())
