"""What the demonstration has to decide on: who leads whom, who is in finance, and two discounts that wait."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from metamodel.definitions import Sort
from trellis.automation.group_members import replace_group_members
from trellis.packaging.demo_people import LEAD
from trellis.query.query import Query
from trellis.records.service import RecordChange
from trellis.runtime import Runtime
from trellis.security.actor import Actor
from trellis.storage.platform_tables import platform_tables
from trellis.tenancy.tenant import Tenant

FINANCE = ("priya", "tomas")
DISCOUNTS = (
    ("chen", "22", "竞争对手低 12%。客户承诺明年由我们做二期，林总本周签字。"),
    ("bo", "25", "Another supplier is 12% below us. They would take phase 2 from us as well, if we meet that now."),
)


async def submit_discounts(runtime: Runtime, tenant: Tenant, actors: Mapping[str, Actor]) -> None:
    """By user name, with the sample data there."""
    await _lead(tenant, actors)
    members = [actors[username].user_id for username in FINANCE]
    await replace_group_members(tenant, runtime.access, actors[LEAD], "role", "finance", members)
    for username, discount, comment in DISCOUNTS:
        await _submit(runtime, tenant, actors[username], discount, comment)


async def _lead(tenant: Tenant, actors: Mapping[str, Actor]) -> None:
    user = platform_tables(tenant.database.schema).user
    led = [actor.user_id for username, actor in actors.items() if username != LEAD]
    statement = sa.update(user).where(user.c.id.in_(led)).values(manager=actors[LEAD].user_id)
    await tenant.database.run(lambda connection: connection.execute(statement))


async def _submit(runtime: Runtime, tenant: Tenant, actor: Actor, discount: str, comment: str) -> None:
    """The largest open deal of theirs."""
    query = Query(
        object="opportunity",
        fields=("id",),
        filter="owner = $User.id && !is_closed && amount > 100000",
        sort=(Sort(field="amount", descending=True),),
        limit=1,
    )
    for deal in await runtime.queries(tenant).rows(actor, query):
        change = RecordChange(id=deal["id"], values={"discount": discount})
        await runtime.records(tenant).update(actor, "opportunity", [change])
        await runtime.approvals(tenant).submit(actor, "opportunity", deal["id"], "discount", comment)
