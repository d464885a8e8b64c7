"""The delivery loop: claims outbox rows of one tenant, brings their effects about, and records what became of them.

A crash loses nothing (a row stays until it is settled) and repeats nothing visible (each channel says how)."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from trellis.automation.channels.channel import Batch, Channel
from trellis.automation.channels.email import EmailChannel, MailRoutes
from trellis.automation.channels.in_app import InAppChannel
from trellis.automation.channels.mailers import Mailer
from trellis.automation.channels.webhooks import WEBHOOK_KINDS, WebhookChannel
from trellis.automation.claims import LEASE_S, ClaimedRow, Claims, Outcome
from trellis.automation.errors import DeliveryFailed
from trellis.automation.messages import make_messages
from trellis.errors import TrellisError
from trellis.ids import new_id
from trellis.outbound.client import HttpClient
from trellis.storage.database import Database
from trellis.tenancy.tenant import Tenant

logger = logging.getLogger(__name__)
FIRST_BATCH, LARGEST_BATCH = 50, 500
QUICK = timedelta(seconds=1)
TENANTS_KEPT = 500
TIDY_EVERY = timedelta(hours=1)


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a run did. `failed` rows are tried again later, `dead` ones are not."""

    done: int = 0
    failed: int = 0
    dead: int = 0

    def plus(self, outcomes: Sequence[Outcome]) -> Tally:
        dead = sum(outcome.is_dead for outcome in outcomes)
        failed = sum(outcome.retry_at is not None for outcome in outcomes)
        return Tally(done=self.done + len(outcomes) - dead - failed, failed=self.failed + failed, dead=self.dead + dead)

    def and_also(self, other: Tally) -> Tally:
        """Of both runs."""
        return Tally(done=self.done + other.done, failed=self.failed + other.failed, dead=self.dead + other.dead)


@dataclass(slots=True, kw_only=True)
class Delivery:
    """Shared by all tenants of a process. `channels`: by kind of outbox row. `spread`: a random number in [0, 1)."""

    channels: Mapping[str, Channel]
    base_url: str
    clock: Callable[[], datetime] = utc_now
    spread: Callable[[], float] = random.random
    _claims: OrderedDict[str, tuple[Database, Claims]] = field(default_factory=OrderedDict)
    _tidied_at: dict[str, datetime] = field(default_factory=dict)
    _is_stopping: bool = False

    async def has_work(self, tenant: Tenant) -> bool:
        return await self._claims_of(tenant).has_work(self.clock())

    def stop(self) -> None:
        """Makes runs end after the batch they are at."""
        self._is_stopping = True

    async def run(self, tenant: Tenant) -> Tally:
        """Delivers everything that is due, and returns when nothing is left that this process may take."""
        claims, tally = self._claims_of(tenant), Tally()
        size = FIRST_BATCH
        while not self._is_stopping:
            lease_owner, started = new_id(), self.clock()
            rows = await claims.claim(lease_owner, started, size)
            if not rows:
                break
            batch = Batch(
                database=tenant.database,
                keys=tenant.keys,
                claims=claims,
                lease_owner=lease_owner,
                clock=self.clock,
                spread=self.spread,
            )
            tally = tally.plus(await self._run_batch(tenant, batch, rows))
            size = _next_size(size, self.clock() - started)
        await self._tidy(tenant, claims)
        return tally

    async def _tidy(self, tenant: Tenant, claims: Claims) -> None:
        """Once an hour for each tenant that something is delivered for."""
        now = self.clock()
        last = self._tidied_at.get(tenant.name)
        if self._is_stopping or (last is not None and now - last < TIDY_EVERY):
            return
        self._tidied_at[tenant.name] = now
        await claims.forget_done(now)

    async def _run_batch(self, tenant: Tenant, batch: Batch, rows: Sequence[ClaimedRow]) -> Sequence[Outcome]:
        """An error that no channel foresaw: the rows that are still to be done go on alone, so that the one at fault fails alone."""
        try:
            async with _lease_kept(batch):
                return await self._deliver(tenant, batch, rows)
        except Exception as error:  # The edge of the job: the row at fault says what happened.
            logger.exception("tenant %s: delivering %d messages failed", tenant.name, len(rows))
            if len(rows) == 1:
                outcome = batch.after_failure(rows[0], DeliveryFailed(f"{type(error).__name__}: {error}"))
                await batch.settle([outcome])
                return [outcome]
        left = await batch.claims.still_held(batch.lease_owner)
        return [outcome for row in rows if row.id in left for outcome in await self._run_batch(tenant, batch, [row])]

    async def _deliver(self, tenant: Tenant, batch: Batch, rows: Sequence[ClaimedRow]) -> Sequence[Outcome]:
        made = await make_messages(tenant, rows, self.base_url, self.clock())
        unknown = [message.row for message in made.messages if message.row.kind not in self.channels]
        outcomes = [
            *made.settled,
            *(Outcome(row=row, error=f"nothing delivers {row.kind!r}", is_dead=True) for row in unknown),
        ]
        await batch.settle(outcomes)
        for kind, channel in self.channels.items():
            messages = [message for message in made.messages if message.row.kind == kind]
            if messages:
                outcomes.extend(await channel.deliver(batch, messages))
        for outcome in outcomes:
            if outcome.is_dead:
                logger.error("tenant %s: message %s is dead: %s", tenant.name, outcome.row.id, outcome.error)
        return outcomes

    def _claims_of(self, tenant: Tenant) -> Claims:
        """Kept for each tenant, since preparing their SQL costs milliseconds; a tenant made anew under an old name gets new ones."""
        kept = self._claims.get(tenant.name)
        if kept is None or kept[0] is not tenant.database:
            kept = self._claims[tenant.name] = (tenant.database, Claims(tenant.database))
            if len(self._claims) > TENANTS_KEPT:
                self._claims.popitem(last=False)
        self._claims.move_to_end(tenant.name)
        return kept[1]


def _next_size(size: int, took: timedelta) -> int:
    """Hundreds at a time where that is quick. What a slow server takes is claimed in small parts, so that others can help."""
    return min(size * 4, LARGEST_BATCH) if took < QUICK else FIRST_BATCH


@asynccontextmanager
async def _lease_kept(batch: Batch) -> AsyncIterator[None]:
    """Extends the lease of what is not settled yet, for as long as the batch takes."""

    async def extend() -> None:
        while True:
            await asyncio.sleep(LEASE_S / 3)
            try:
                await batch.claims.extend(batch.lease_owner, batch.clock())
            except TrellisError as error:
                logger.warning("a lease could not be extended: %s", error.message)

    keeper = asyncio.create_task(extend())
    try:
        yield
    finally:
        keeper.cancel()


def build_channels(mailer: Mailer, client: HttpClient, routes: MailRoutes) -> Mapping[str, Channel]:
    """Every kind of outbox row and what delivers it."""
    webhooks = WebhookChannel(client)
    return {"in_app": InAppChannel(), "email": EmailChannel(mailer, routes), **dict.fromkeys(WEBHOOK_KINDS, webhooks)}
