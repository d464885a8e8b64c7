"""The tenant under load: its metadata, its people, and what its rules must have done for each lead, exactly once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from tests.trellis.automation.rules import SOURCE
from tests.trellis.factory import add_user, unique_name
from trellis.schema.deploy import SourceChange, deploy
from trellis.security.actor import Actor
from trellis.security.credentials import create_api_key
from trellis.settings import Settings
from trellis.storage.prepare import prepare
from trellis.tenancy.directory import open_directory
from trellis.tenancy.tenant import Tenant

SELLERS = ("anna", "bo", "chen")
RULES = """
rule "Tell" on lead when created then
    assign to queue east round robin
    notify owner via email, in_app "New: " & name
    create task (subject = "New: " & name, lead = id)
    post webhook erp (lead = name)
after 1 hour then
    create task (subject = "Later: " & name, lead = id)
end
rule "Begin" on lead when status changes to "Working" then
    notify owner via in_app "Begun: " & name
    create task (subject = "Begun: " & name, lead = id)
end
"""
TASKS, NOTICES, LETTERS = ("New: ", "Begun: ", "Later: "), ("New: ", "Begun: "), ("New: ",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """`token`: an API key of the administrator."""

    tenant: str
    token: str


async def build_site(settings: Settings, webhook_url: str) -> Site:
    async with open_directory(settings) as directory:
        tenant = await directory.create(unique_name())
        admin = await add_user(tenant, "admin", is_admin=True)
        actor = Actor(user_id=admin, name="Admin", email="admin@example.org", is_admin=True, channel="cli")
        await deploy(tenant, actor, SourceChange(files=_source(webhook_url)))
        for position, username in enumerate(SELLERS):
            await _seat(tenant, await add_user(tenant, username), position)
        key = await create_api_key(tenant, admin, "chaos", now=datetime.now(UTC), expires_at=None)
        return Site(tenant=tenant.name, token=key.token)


def _source(webhook_url: str) -> dict[str, str]:
    webhooks = f"erp: {{label: ERP, url: '{webhook_url}/leads'}}\n"
    return {**SOURCE, "rules/chaos.rule": RULES, "webhooks.yaml": webhooks}


async def _seat(tenant: Tenant, user_id: str, position: int) -> None:
    values = {"queue": "east", "user_id": user_id, "position": position, "weight": 1, "is_absent": False}
    statement = prepare(sa.insert(tenant.tables.queue_member).values(values), tenant.database.dialect)
    await tenant.database.write(lambda transaction: transaction.execute(statement))
