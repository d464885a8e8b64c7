"""An office that decides on deals: approvals deployed, people hired, and what they have to decide."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa

from tests.trellis.automation.rules import NOW, SOURCE, Office
from tests.trellis.factory import administrator, opened_tenant
from trellis.automation.approvals.service import Approvals
from trellis.automation.approvals.store import Request
from trellis.automation.engine import Engine
from trellis.automation.ledger.note import Note
from trellis.automation.ledger.read import fetch_ledger
from trellis.automation.timing.firing import Firing
from trellis.automation.timing.opening import build_handlers
from trellis.records.service import Records
from trellis.schema.deploy import SourceChange, deploy
from trellis.security.access import AdministratorAccess
from trellis.security.actor import Actor
from trellis.storage.database import Transaction

T = TypeVar("T")

DEALS = {
    "objects/deal.yaml": """
label: Deal
plural_label: Deals
name_field: name
fields:
  name: {type: text, label: Name, required: true}
  stage: {type: picklist, label: Stage, values: [{name: Open, default: true}, Offered, Approved, Rejected]}
  amount: {type: currency, label: Amount}
  discount: {type: percent, label: Discount}
  note: {type: text, label: Note}
  account: {type: lookup, label: Account, object: account}
validations:
  limit: {formula: 'stage = "Approved" && amount > 9000000', message: Never so much., field: amount}
""",
    "queues.yaml": "east: {label: East, objects: [lead]}\nwest: {label: West, objects: [lead]}\nboard: {label: Board}\n",
}


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


class Deciding(Office):
    """`approvals` of the tenant; people by user name decide as themselves."""

    approvals: Approvals
    clock: Clock

    def person(self, username: str, *, is_admin: bool = True) -> Actor:
        return replace(
            self.actor, user_id=self.users[username], name=username.title(), is_admin=is_admin, channel="web"
        )

    async def wait(self, **passed: float) -> int:
        """Lets time pass in one leap, then fires what is due; gives how many timers had an effect."""
        self.clock.now += timedelta(**passed)
        access = AdministratorAccess()
        handlers = build_handlers(Engine(self.woken.append, access), access)
        return await Firing(handlers=handlers, clock=self.clock, spread=lambda: 1.0).run(self.tenant)

    async def deal(self, **values: Any) -> str:
        [deal] = await self.create("deal", {"name": "Pumps", "owner": self.users["anna"], **values})
        return deal

    async def submit(self, deal: str, by: str = "anna", comment: str | None = None, name: str | None = None) -> Request:
        return await self.approvals.submit(self.person(by), "deal", deal, name, comment)

    async def asked(self) -> list[str]:
        """Who is to decide now, by user name."""
        vote, request = self.tenant.tables.approval_vote, self.tenant.tables.approval_request
        found = await self.fetch(
            sa.select(vote.c.user_id)
            .join(request, request.c.id == vote.c.request_id)
            .where(vote.c.state == "waiting", request.c.status == "pending")
            .order_by(vote.c.id)
        )
        names = {user_id: username for username, user_id in self.users.items()}
        return [names[user_id] for (user_id,) in found]

    async def events(self) -> list[tuple[str, str | None]]:
        table = self.tenant.tables.approval_event
        found = await self.fetch(sa.select(table.c.kind, table.c.step).order_by(table.c.id))
        return [(kind, step) for kind, step in found]

    async def remove(self, path: str) -> None:
        """Deploys without one of the files."""
        change = SourceChange(files={path: None})
        await deploy(self.tenant, self.actor, change, summary="Test", accept_destruction=True)

    async def ledger(self, deal: str) -> list[tuple[Note, ...]]:
        """What each transaction noted about the deal, the oldest first."""
        schema = self.tenant.database.schema

        async def read(transaction: Transaction) -> list[tuple[Note, ...]]:
            rows = await fetch_ledger(transaction, schema, "deal", deal, limit=100)
            return [row.notes for row in reversed(rows)]

        return await self.tenant.database.read(read)

    async def told(self) -> list[tuple[str | None, str, str]]:
        """(who, template or text, channel) of the messages that wait to leave."""
        return [(row["user"], row.get("template") or row["text"], row["kind"]) for row in await self.posted()]


def with_approvals(
    database_url: str, rules: str, work: Callable[[Deciding], Awaitable[T]], more: Mapping[str, str] | None = None
) -> T:
    """Runs `work` with the rules deployed; anna's manager is bo, his is chen; dora and eve are there too."""

    async def run() -> T:
        files = {**SOURCE, **DEALS, "rules/test.rule": rules, **(more or {})}
        async with opened_tenant(database_url, files) as tenant:
            woken: list[str] = []
            access = AdministratorAccess()
            clock = Clock()
            engine = Engine(woken.append, access)
            desk = Deciding(
                tenant=tenant,
                actor=await administrator(tenant),
                records=Records(tenant, engine, access, clock=clock),
                woken=woken,
            )
            desk.clock = clock
            desk.approvals = Approvals(tenant, engine, access, clock=clock)
            await desk.hire("chen")
            await desk.hire("bo", manager=desk.users["chen"])
            await desk.hire("anna", manager=desk.users["bo"])
            await desk.hire("dora", "eve")
            return await work(desk)

    return asyncio.run(run())
