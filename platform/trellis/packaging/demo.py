"""The demonstration tenant: a small company with its people, its desks, the sales package and its sample data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from trellis.automation.silent import SilentAutomation
from trellis.packaging.bundled import bundled_folder
from trellis.packaging.content import content_of
from trellis.packaging.demo_approvals import submit_discounts
from trellis.packaging.demo_people import create_people, owners, seat_people
from trellis.packaging.folder import load_folder
from trellis.packaging.install import install
from trellis.packaging.sample import load_sample
from trellis.query.query import Query
from trellis.records.service import RecordChange, Records
from trellis.runtime import Runtime
from trellis.security.actor import Actor
from trellis.security.users import User
from trellis.tenancy.tenant import Tenant

TENANT = "demo"
LABEL = "Kestrel Instruments"
PASSWORD = "trellis-demo"
PARTNER = "pia"
PARTNER_LEADS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    """`is_new`: whether it was made just now."""

    tenant: Tenant
    is_new: bool


async def prepare_demo(runtime: Runtime, *, now: datetime, say: Callable[[str], None]) -> Demonstration:
    """The demonstration tenant, made when it is not there yet."""
    found = await runtime.directory.find(TENANT)
    if found is not None:
        return Demonstration(tenant=found, is_new=False)
    say("Making the tenant and its people")
    tenant = await runtime.directory.create(TENANT, LABEL)
    try:
        users = await create_people(tenant, PASSWORD, now=now)
        actor = _actor(users["anna"])
        content = content_of(load_folder(bundled_folder("sales")))
        say("Installing the package sales")
        await install(tenant, actor, content)
        await seat_people(tenant, actor)
        say("Creating sample data")
        writer = Records(tenant, SilentAutomation(), runtime.access)
        await load_sample(writer, actor, content, today=now.date(), users=owners(users))
        await _hand_to_partner(runtime, tenant, actor, users[PARTNER])
        await submit_discounts(runtime, tenant, {username: _actor(user) for username, user in users.items()})
    except BaseException:
        # Half a demonstration would never be completed: the next start makes it anew.
        await runtime.directory.delete(TENANT)
        raise
    return Demonstration(tenant=tenant, is_new=True)


def _actor(user: User) -> Actor:
    return Actor(
        user_id=user.id,
        name=user.name,
        email=user.email,
        is_admin=True,
        channel="cli",
        language=user.language,
        time_zone=user.time_zone,
    )


async def _hand_to_partner(runtime: Runtime, tenant: Tenant, actor: Actor, partner: User) -> None:
    """Some of the leads that partners brought."""
    query = Query(
        object="lead", fields=("id",), filter='lead_source = "Partner" && status <> "Converted"', limit=PARTNER_LEADS
    )
    leads = await runtime.queries(tenant).rows(actor, query)
    changes = [RecordChange(id=lead["id"], values={"owner": partner.id}) for lead in leads]
    if changes:
        await Records(tenant, SilentAutomation(), runtime.access).update(actor, "lead", changes)
