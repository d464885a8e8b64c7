"""The demonstration tenant: a small company with its people, its desks, the sales package and its sample data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from trellis.automation.silent import SilentAutomation
from trellis.packaging.bundled import bundled_folder
from trellis.packaging.content import content_of
from trellis.packaging.demo_approvals import submit_discounts
from trellis.packaging.folder import load_folder
from trellis.packaging.install import install
from trellis.packaging.sample import load_sample
from trellis.records.service import Records
from trellis.runtime import Runtime
from trellis.security.actor import Actor
from trellis.security.passwords import Passwords
from trellis.security.users import NewUser, User, create_user
from trellis.storage.platform_tables import platform_tables
from trellis.tenancy.tenant import Tenant

TENANT = "demo"
LABEL = "Kestrel Instruments"
PASSWORD = "trellis-demo"
PEOPLE = (
    ("anna", "Anna Weber", "en", "Europe/Berlin"),
    ("bo", "Bo Lindqvist", "en", "Europe/Stockholm"),
    ("chen", "陈一鸣", "zh-Hans", "Asia/Shanghai"),
    ("priya", "Priya Raman", "en", "Europe/London"),
    ("tomas", "Tomás Rivera", "en", "Europe/Madrid"),
)
DESKS = {
    "dach_enterprise": ("anna", "bo"),
    "energy": ("chen", "tomas"),
    "triage": ("bo", "priya", "tomas"),
}


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
        users = await _people(tenant, now)
        actor = _actor(users["anna"])
        content = content_of(load_folder(bundled_folder("sales")))
        say("Installing the package sales")
        await install(tenant, actor, content)
        await _desks(tenant, users)
        say("Creating sample data")
        writer = Records(tenant, SilentAutomation(), runtime.access)
        owners = [user.id for user in users.values()]
        await load_sample(writer, actor, content, today=now.date(), users=owners)
        await submit_discounts(runtime, tenant, {username: _actor(user) for username, user in users.items()})
    except BaseException:
        # Half a demonstration would never be completed: the next start makes it anew.
        await runtime.directory.delete(TENANT)
        raise
    return Demonstration(tenant=tenant, is_new=True)


async def _people(tenant: Tenant, now: datetime) -> dict[str, User]:
    password_hash = await Passwords().hash(PASSWORD)
    users = {}
    for username, name, language, time_zone in PEOPLE:
        new = NewUser(
            username=username,
            email=f"{username}@kestrel.example",
            name=name,
            is_admin=True,
            language=language,
            time_zone=time_zone,
            password_hash=password_hash,
        )
        users[username] = await create_user(tenant, new, now=now)
    return users


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


async def _desks(tenant: Tenant, users: dict[str, User]) -> None:
    table = platform_tables(tenant.database.schema).queue_member
    rows = [
        {
            "queue": queue,
            "user_id": users[username].id,
            "position": place,
            "weight": 1,
            "capacity": None,
            "is_absent": False,
        }
        for queue, usernames in DESKS.items()
        for place, username in enumerate(usernames, 1)
    ]
    await tenant.database.run(lambda connection: connection.execute(sa.insert(table), rows))
