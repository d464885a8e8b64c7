"""A tenant with leads, accounts, tasks, queues and a rule file; what its rules did."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from tests.trellis.factory import add_user, administrator, opened_tenant
from trellis.automation.engine import Engine
from trellis.automation.payload import load_payload
from trellis.query.query import Query
from trellis.query.service import Queries
from trellis.records.service import RecordChange, Records
from trellis.security.access import AdministratorAccess
from trellis.security.actor import Actor
from trellis.storage.database import Transaction
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

T = TypeVar("T")
STAFF = '{"permission_sets":["staff"]}'
NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)

SOURCE = {
    "objects/account.yaml": """
label: Account
plural_label: Accounts
name_field: name
fields:
  name: {type: text, label: Name, required: true}
  tier: {type: text, label: Tier}
""",
    "objects/lead.yaml": """
label: Lead
plural_label: Leads
name_field: name
fields:
  name: {type: text, label: Name, required: true}
  country: {type: text, label: Country, length: 2}
  status: {type: picklist, label: Status, values: [{name: New, default: true}, Working, Lost]}
  rating: {type: picklist, label: Rating, values: [Hot, Cold]}
  revenue: {type: currency, label: Revenue}
  score: {type: number, label: Score, scale: 1}
  account: {type: lookup, label: Account, object: account}
  loud_name: {type: formula, label: Loud name, returns: text, formula: UPPER(name)}
""",
    "objects/task.yaml": """
label: Task
plural_label: Tasks
name_field: subject
fields:
  subject: {type: text, label: Subject, required: true}
  due_date: {type: date, label: Due}
  lead: {type: lookup, label: Lead, object: lead}
""",
    "permissions/staff.yaml": """
label: Staff
objects: {account: {rights: [view_all]}, lead: {rights: [view_all]}, task: {rights: [view_all]}}
""",
    "queues.yaml": """
east: {label: East, objects: [lead]}
west: {label: West, objects: [lead]}
""",
    "templates/hello.yaml": """
label: Hello
object: lead
texts:
  en: {subject: "New: {{ record.loud_name }}", body: "{{ record.account.name }} {{ record.revenue }}"}
  zh-Hans: {subject: "新：{{ record.name }}", body: "{{ record.account.name }}"}
""",
}


@dataclass(slots=True, kw_only=True)
class Office:
    """`users`: ids by username."""

    tenant: Tenant
    actor: Actor
    records: Records
    woken: list[str]
    users: dict[str, str] = field(default_factory=dict)

    async def hire(self, *usernames: str, is_active: bool = True, manager: str | None = None) -> None:
        for username in usernames:
            self.users[username] = await add_user(
                self.tenant, username, is_active=is_active, manager=manager, grants=STAFF
            )

    async def seat(self, queue: str, *usernames: str, is_absent: bool = False, capacity: int | None = None) -> None:
        for position, username in enumerate(usernames):
            values = {
                "queue": queue,
                "user_id": self.users[username],
                "position": position,
                "weight": 1,
                "capacity": capacity,
                "is_absent": is_absent if self.tenant.database.dialect == "postgresql" else int(is_absent),
            }
            await self.execute(sa.insert(self.tenant.tables.queue_member).values(values))

    async def create(self, object_name: str, *payloads: Mapping[str, Any]) -> list[str]:
        return [saved.id for saved in await self.records.create(self.actor, object_name, payloads)]

    async def update(self, object_name: str, record_id: str, **values: Any) -> None:
        await self.records.update(self.actor, object_name, [RecordChange(id=record_id, values=values)])

    async def rows(self, object_name: str, *fields: str) -> list[dict[str, Any]]:
        queries = Queries(self.tenant, AdministratorAccess())
        found = await queries.rows(self.actor, Query(object=object_name, fields=fields, limit=1_000))
        return [dict(row) for row in found]

    async def one(self, object_name: str, *fields: str) -> dict[str, Any]:
        [row] = await self.rows(object_name, *fields)
        return {name: row[name] for name in fields}

    async def owners(self, object_name: str = "lead") -> list[str | None]:
        names = {user_id: username for username, user_id in self.users.items()}
        return [names.get(row["owner"], row["owner"]) for row in await self.rows(object_name, "owner")]

    async def posted(self) -> list[dict[str, Any]]:
        """The outbox rows, with usernames for ids, in the order they were written."""
        table = self.tenant.tables.outbox
        names = {user_id: username for username, user_id in self.users.items()}
        columns = (
            table.c.kind,
            table.c.payload,
            table.c.object,
            table.c.record_id,
            table.c.rule,
            table.c.idempotency_key,
        )
        found = []
        for kind, payload, object_name, record_id, rule, key in await self.fetch(
            sa.select(*columns).order_by(table.c.id)
        ):
            content = load_payload(payload)
            user = names.get(content.pop("user"))
            found.append(
                {
                    "kind": kind,
                    "user": user,
                    "object": object_name,
                    "record": record_id,
                    "rule": rule,
                    "key": key,
                    **content,
                }
            )
        return found

    async def fetch(self, statement: sa.Select[Any]) -> Sequence[Any]:
        prepared = prepare(statement, self.tenant.database.dialect)

        async def read(transaction: Transaction) -> Sequence[Any]:
            return await transaction.fetch(prepared)

        return await self.tenant.database.read(read)

    async def execute(self, statement: sa.ClauseElement) -> None:
        prepared = prepare(statement, self.tenant.database.dialect)
        await self.tenant.database.write(lambda transaction: transaction.execute(prepared))


def with_rules(
    database_url: str, rules: str, work: Callable[[Office], Awaitable[T]], more: Mapping[str, str] | None = None
) -> T:
    """Runs `work` with the rules deployed, `more` source files beside them, and the users anna, bo and chen hired."""

    async def run() -> T:
        files = {**SOURCE, "rules/test.rule": rules, **(more or {})}
        async with opened_tenant(database_url, files) as tenant:
            woken: list[str] = []
            access = AdministratorAccess()
            records = Records(tenant, Engine(woken.append, access), access, clock=lambda: NOW)
            office = Office(tenant=tenant, actor=await administrator(tenant), records=records, woken=woken)
            await office.hire("anna", "bo", "chen")
            return await work(office)

    return asyncio.run(run())
