"""Lets time pass in a test: every timer fires when it is due, in the order of their times."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from rule_engine.rules.checked import Duration
from trellis.automation.timing.calendars import calendars_of
from trellis.automation.timing.firing import Firing
from trellis.automation.timing.opening import build_handlers
from trellis.automation.timing.planning import plan_timers
from trellis.errors import InvalidRequest
from trellis.rule_tests.coverage import Watcher
from trellis.rule_tests.staging import Staging
from trellis.security.access import AdministratorAccess
from trellis.storage.codecs import decoder, encoder
from trellis.storage.database import Row, Transaction
from trellis.storage.prepare import prepare

MOST_TIMES = 5_000


class Passing:
    """Moves the clock of `staging`."""

    def __init__(self, staging: Staging, watcher: Watcher) -> None:
        self._staging = staging
        handlers = build_handlers(staging.automation, AdministratorAccess(), watcher)
        self._firing = Firing(handlers=handlers, plan=plan_timers, clock=lambda: staging.now, spread=lambda: 0.0)

    async def begin(self) -> None:
        """Schedules count from here."""
        await self._firing.run(self._staging.stage.tenant)

    async def wait(self, duration: Duration) -> None:
        """Business time runs in the hours of its calendar. Raises InvalidRequest."""
        compiled = await self._staging.stage.tenant.compiled()
        await self.come_to(calendars_of(compiled).shift(self._staging.now, duration))

    async def come_to(self, moment: datetime) -> None:
        """Raises InvalidRequest when a rule fails that time sets off, or when too much happens until then."""
        tenant = self._staging.stage.tenant
        for _ in range(MOST_TIMES):
            due_at = await self._next_due(moment)
            if due_at is None:
                self._staging.now = moment
                return
            self._staging.now = max(self._staging.now, due_at)
            await self._firing.run(tenant)
            await self._raise_failure()
        raise InvalidRequest(
            f"Until {moment:%Y-%m-%d %H:%M} something is due more than {MOST_TIMES:,} times.",
            hint="Let less time pass.",
        )

    async def _next_due(self, until: datetime) -> datetime | None:
        table = self._staging.stage.tenant.tables.timer
        waiting = table.c.status == "waiting"
        moment = encoder(ColumnKind.DATETIME, "sqlite")(until)
        first = sa.select(sa.func.min(table.c.next_attempt_at)).where(waiting, table.c.next_attempt_at <= moment)
        row = await self._fetch_one(first)
        return None if row is None else decoder(ColumnKind.DATETIME, "sqlite")(row[0])

    async def _raise_failure(self) -> None:
        table = self._staging.stage.tenant.tables.timer
        failed = sa.select(table.c.rule, table.c.last_error).where(table.c.last_error.is_not(None)).limit(1)
        row = await self._fetch_one(failed)
        if row is not None:
            raise InvalidRequest(f"The rule {row[0]!r} failed when its time came: {row[1]}")

    async def _fetch_one(self, statement: sa.Select[tuple[object, ...]]) -> Row | None:
        prepared = prepare(statement, "sqlite")

        async def read(transaction: Transaction) -> Row | None:
            return await transaction.fetch_one(prepared)

        return await self._staging.stage.tenant.database.read(read)
