"""What those who manage users see of others' sign-ins, and the lock that they can take away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, write_audit
from trellis.security.sign_in.attempts import fetch_blocked_until, forget, login_subject
from trellis.security.sign_in.history import MOST_SHOWN, PastSignIn, list_sign_ins
from trellis.security.user_changes import fetch_any_user, fetch_user_below
from trellis.security.users import User, subject_of
from trellis.storage.database import Transaction
from trellis.tenancy.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """`until` None: there is none. A lock slows down who guesses; it never keeps out for good."""

    until: datetime | None


async def list_sign_ins_of(
    tenant: Tenant,
    access: Access,
    actor: Actor,
    user_id: str,
    *,
    limit: int = MOST_SHOWN,
    before: str | None = None,
) -> tuple[PastSignIn, ...]:
    """The newest first. Raises AccessDenied, NotFound."""
    require(access, actor, "manage_users")
    user = await fetch_any_user(tenant, user_id)
    return await list_sign_ins(tenant, user.id, limit=limit, before=before)


async def fetch_lock(tenant: Tenant, access: Access, actor: Actor, user_id: str, *, now: datetime) -> Lock:
    """Raises AccessDenied, NotFound."""
    require(access, actor, "manage_users")
    user = await fetch_any_user(tenant, user_id)
    return Lock(until=await fetch_blocked_until(tenant, _subjects(user), now=now))


async def unlock(tenant: Tenant, access: Access, actor: Actor, user_id: str, *, now: datetime) -> None:
    """The failures of a user are forgotten, at all places. Raises AccessDenied, NotFound."""
    user = await fetch_user_below(tenant, access, actor, user_id)
    event = AuditEvent(event="unlocked", actor=actor, subject=subject_of(user))

    async def work(transaction: Transaction) -> None:
        if await forget(tenant, transaction, _subjects(user)):
            await write_audit(transaction, tenant.database.schema, event, now=now)

    await tenant.database.write(work)


def _subjects(user: User) -> tuple[str, ...]:
    """What counts failures of this user."""
    names = (user.username, user.email)
    return (*(login_subject(name) for name in names), f"password:{user.id}", f"code:{user.id}")
