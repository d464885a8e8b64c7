"""A tenant with users and outbox rows, and a look at what became of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any, TypeVar

import sqlalchemy as sa

from tests.master_key import MASTER_KEY
from tests.trellis.outbound.receiver import LOCAL
from trellis.automation.channels.email import MailRoutes
from trellis.automation.channels.mailers import Mailer, build_mailer
from trellis.automation.delivery import Delivery, build_channels
from trellis.automation.outbox import Entry, idempotency_key, write_entries
from trellis.ids import new_id
from trellis.outbound.addresses import AddressRule, parse_networks
from trellis.outbound.client import HttpClient
from trellis.settings import Settings
from trellis.storage.database import Transaction
from trellis.storage.prepare import prepare
from trellis.tenancy.directory import Directory, open_directory
from trellis.tenancy.tenant import Tenant

T = TypeVar("T")
START = datetime(2026, 1, 2, 12, tzinfo=UTC)


@dataclass(slots=True)
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass(slots=True, kw_only=True)
class Outbox:
    """`users`: ids by username."""

    directory: Directory
    tenant: Tenant
    folder: Path
    clock: Clock = field(default_factory=Clock)
    routes: MailRoutes = field(default_factory=lambda: MailRoutes(base_url="http://t"))
    users: dict[str, str] = field(default_factory=dict)

    def delivery(self, mailer: Mailer | None = None) -> Delivery:
        mailer = mailer or build_mailer(smtp_url="", maildir=self.folder / "maildir", sender="crm@example.com")
        return Delivery(
            channels=build_channels(mailer, HttpClient(rule=AddressRule(parse_networks(LOCAL))), self.routes),
            base_url="http://t",
            clock=self.clock,
            spread=lambda: 0.0,
        )

    async def add_user(self, username: str, **changes: Any) -> str:
        user_id = new_id()
        values = {
            "id": user_id,
            "username": username,
            "name": username.title(),
            "email": f"{username}@example.org",
            "language": "en",
            "time_zone": "UTC",
            "is_active": True,
            "is_admin": False,
            "created_at": _stored(self.tenant, START),
            "updated_at": _stored(self.tenant, START),
            "version": 0,
            **changes,
        }
        if self.tenant.database.dialect == "sqlite":
            values = {name: int(value) if isinstance(value, bool) else value for name, value in values.items()}
        await self.execute(sa.insert(self.tenant.tables.user).values(values))
        self.users[username] = user_id
        return user_id

    async def post(self, *entries: Entry) -> None:
        compiled = await self.tenant.compiled()
        await self.tenant.database.write(
            lambda transaction: write_entries(transaction, compiled, entries, self.clock())
        )

    async def rows(self, *columns: str) -> list[tuple[Any, ...]]:
        table = self.tenant.tables.outbox
        return await self.fetch(sa.select(*(table.c[name] for name in columns)).order_by(table.c.id))

    async def statuses(self) -> dict[str, int]:
        return dict(Counter(status for (status,) in await self.rows("status")))

    async def notifications(self) -> list[tuple[Any, ...]]:
        table = self.tenant.tables.notification
        return await self.fetch(sa.select(table.c.user_id, table.c.title, table.c.body).order_by(table.c.id))

    def letters(self) -> list[str]:
        folder = self.folder / "maildir" / "new"
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    async def fetch(self, statement: sa.Select[Any]) -> list[tuple[Any, ...]]:
        prepared = prepare(statement, self.tenant.database.dialect)

        async def read(transaction: Transaction) -> Sequence[Any]:
            return await transaction.fetch(prepared)

        return [tuple(row) for row in await self.tenant.database.read(read)]

    async def execute(self, statement: sa.ClauseElement) -> None:
        prepared = prepare(statement, self.tenant.database.dialect)
        await self.tenant.database.write(lambda transaction: transaction.execute(prepared))


def notice(kind: Any, user: str | None, number: int = 0, **payload: Any) -> Entry:
    values = {"user": user, "address": None, "text": f"Message {number}\nIts body", **payload}
    return Entry(
        kind=kind,
        key=idempotency_key("test", kind, str(user or payload.get("address")), number),
        payload=values,
        object="lead",
        record_id=new_id(),
        rule="Test",
        revision=0,
    )


def with_outbox(database_url: str, folder: Path, work: Callable[[Outbox], Awaitable[T]]) -> T:
    """Runs `work` with a new tenant that has the users anna and bo, in an event loop of its own."""

    async def run() -> T:
        async with open_directory(
            Settings(master_key=MASTER_KEY, database_url=database_url, data_dir=folder, pool_size=4)
        ) as directory:
            tenant = await directory.create(f"t{token_hex(6)}")
            outbox = Outbox(directory=directory, tenant=tenant, folder=folder)
            try:
                await outbox.add_user("anna")
                await outbox.add_user("bo", language="zh-Hans", time_zone="Asia/Shanghai")
                return await work(outbox)
            finally:
                if database_url:  # A server that other tests share, whose workers go over all tenants.
                    await directory.delete(tenant.name)

    return asyncio.run(run())


def _stored(tenant: Tenant, moment: datetime) -> Any:
    return moment if tenant.database.dialect == "postgresql" else "2026-01-02T12:00:00.000Z"
