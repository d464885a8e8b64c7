"""Live bells: whoever watches theirs is told when notices come or are read, by whichever process.

One task for each tenant that is watched asks the database once a second, for all its watchers together: nothing has to be told to
whom, so it works across processes, without Redis, and on both databases."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.automation.inbox import Notification, fetch_inbox
from trellis.errors import TrellisError
from trellis.storage.codecs import decoder, list_encoder
from trellis.storage.database import DialectName, Statement
from trellis.storage.expressions import any_of
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

logger = logging.getLogger(__name__)
POLL_S = 1.0
MOST_WATCHES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Bell:
    """`newest`: the newest unread notice; None when there is none."""

    unread: int
    newest: Notification | None


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a change shows in: how many are unread, and since when the newest of them is there."""

    unread: int
    newest_at: datetime | None


_NOTHING = _Seen(0, None)


@dataclass(slots=True, eq=False)
class Watch:
    """One pair of eyes on one bell."""

    user_id: str
    is_over: bool = False
    _bell: Bell | None = None
    _shown: _Seen | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def next(self, timeout_s: float) -> Bell | None:
        """The bell when it differs from what was given last, at first as it is; None when the time has passed, or `is_over`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._changed.wait()
        self._changed.clear()
        bell, self._bell = self._bell, None
        return None if self.is_over else bell

    def end(self) -> None:
        self.is_over = True
        self._changed.set()

    def differs(self, seen: _Seen) -> bool:
        return self._shown != seen

    def tell(self, seen: _Seen, bell: Bell) -> None:
        self._shown, self._bell = seen, bell
        self._changed.set()


class Bells:
    """All watches of a process. Belongs to one event loop."""

    def __init__(self, *, poll_s: float = POLL_S) -> None:
        self._poll_s = poll_s
        self._watches: dict[str, list[Watch]] = defaultdict(list)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._looking: dict[str, asyncio.Event] = {}
        self._is_closed = False

    def watch(self, tenant: Tenant, user_id: str) -> Watch:
        """To be given back with `leave`. Somebody who has MOST_WATCHES already loses the oldest one."""
        watch = Watch(user_id)
        if self._is_closed:
            watch.end()
            return watch
        watches = self._watches[tenant.name]
        theirs = [one for one in watches if one.user_id == user_id]
        if len(theirs) >= MOST_WATCHES:
            theirs[0].end()
            watches.remove(theirs[0])
        watches.append(watch)
        if tenant.name not in self._tasks:
            self._looking[tenant.name] = asyncio.Event()
            task = asyncio.create_task(self._look(tenant), name=f"trellis bells of {tenant.name}")
            self._tasks[tenant.name] = task
        self._looking[tenant.name].set()
        return watch

    def leave(self, tenant: Tenant, watch: Watch) -> None:
        watch.end()
        watches = self._watches.get(tenant.name, [])
        if watch in watches:
            watches.remove(watch)
        if not watches:
            self._forget(tenant.name)

    def close(self) -> None:
        """Ends all watches, and every later one at once: the process is about to stop."""
        self._is_closed = True
        for name, watches in list(self._watches.items()):
            for watch in watches:
                watch.end()
            self._forget(name)

    def _forget(self, name: str) -> None:
        self._watches.pop(name, None)
        self._looking.pop(name, None)
        task = self._tasks.pop(name, None)
        if task is not None:
            task.cancel()

    async def _look(self, tenant: Tenant) -> None:
        """Once a second, and at once for somebody who has just begun."""
        looking = self._looking[tenant.name]
        while True:
            looking.clear()
            try:
                await self._tell(tenant, self._watches[tenant.name])
            except (TrellisError, OSError) as error:
                logger.warning("tenant %s: its notices cannot be read now: %s", tenant.name, error)
            except Exception:  # The edge of the job.
                logger.exception("tenant %s: its notices cannot be read", tenant.name)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll_s):
                    await looking.wait()

    async def _tell(self, tenant: Tenant, watches: Sequence[Watch]) -> None:
        """One statement for all, and those of an inbox for each bell that has changed."""
        users = sorted({watch.user_id for watch in watches})
        seen = await _fetch_seen(tenant, users)
        for user_id in users:
            now = seen.get(user_id, _NOTHING)
            changed = [watch for watch in watches if watch.user_id == user_id and watch.differs(now)]
            if not changed:
                continue
            newest = None
            if now.unread:
                inbox = await fetch_inbox(tenant, user_id, limit=1)
                newest = next((one for one in inbox.notifications if one.read_at is None), None)
            for watch in changed:
                watch.tell(now, Bell(unread=now.unread, newest=newest))


async def _fetch_seen(tenant: Tenant, users: Sequence[str]) -> dict[str, _Seen]:
    """Who has nothing unread is missing. One statement."""
    database = tenant.database
    statement = _statement(database.schema, database.dialect)
    values = {"users": list_encoder(ColumnKind.UUID, database.dialect)(users)}
    moment: Callable[[Any], datetime | None] = decoder(ColumnKind.DATETIME, database.dialect)
    rows = await database.read(lambda transaction: transaction.fetch(statement, values))
    return {str(row[0]): _Seen(int(row[1]), moment(row[2])) for row in rows}


@lru_cache(maxsize=256)
def _statement(schema: str | None, dialect: DialectName) -> Statement:
    table = platform_tables(schema).notification
    unread = (
        sa.select(table.c.user_id, sa.func.count(), sa.func.max(table.c.created_at))
        .where(any_of(table.c.user_id, "users", dialect), table.c.read_at.is_(None))
        .group_by(table.c.user_id)
    )
    return prepare(unread, dialect)
