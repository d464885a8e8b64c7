"""Who acts when a command writes: the user named, else the tenant's first administrator."""

from __future__ import annotations

import getpass

from trellis.errors import NotFound
from trellis.security.actor import Actor
from trellis.security.audit import Who
from trellis.security.permissions import with_grants
from trellis.security.users import User, get_user, list_users
from trellis.tenancy.tenant import Tenant


async def acting(tenant: Tenant, login: str | None = None) -> Actor:
    """Raises NotFound for a user that is not there, also when the tenant has no administrator yet."""
    if login is not None:
        user = await get_user(tenant, login)
        return with_grants(_actor(user), user.grants, (await tenant.compiled()).model)
    for user in await list_users(tenant):
        if user.is_admin and user.is_active:
            return _actor(user)
    raise NotFound(
        f"{tenant.name} has no administrator yet",
        hint=f"Create one: trellis user create NAME --admin --email ADDRESS --tenant {tenant.name}",
    )


def operator() -> Who:
    """Whoever runs commands on the server without being a user of the tenant, named as the operating system names them."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # A container may run as a number that has no name.
        name = ""
    return Who(channel="cli", name=name)


def _actor(user: User) -> Actor:
    return Actor(
        user_id=user.id,
        name=user.name,
        email=user.email,
        is_admin=user.is_admin,
        channel="cli",
        language=user.language,
        time_zone=user.time_zone,
    )
