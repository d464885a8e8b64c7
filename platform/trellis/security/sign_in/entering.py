"""The three ways in which an attempt to sign in meets the database: it begins, it is refused, or somebody comes in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from trellis.security.audit import AuditEvent, Subject, write_audit
from trellis.security.audit.who import fetch_subject, fetch_who
from trellis.security.credentials import Begun, IssuedCredential, NewCredential, issue
from trellis.security.session_times import SessionTimes
from trellis.security.sign_in.attempts import Key, is_blocked, reserve, sign_in_keys, succeeded
from trellis.security.sign_in.history import Method, Outcome, SignIn, has_come_from, write_sign_in
from trellis.security.users import Login
from trellis.storage.database import Transaction
from trellis.tenancy.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Somebody who tries to sign in as `user`, who may be nobody. `keys`: what it was counted for."""

    user: Login | None
    begun: Begun
    keys: tuple[Key, ...]


async def begin_attempt(tenant: Tenant, user: Login | None, login: str, begun: Begun, *, now: datetime) -> Attempt:
    """Counts it as failed until it is known better. Takes the same statements for a user as for nobody. Raises TooManyAttempts."""
    keys = sign_in_keys(login, begun.address)
    user_id = user.id if user else None

    async def work(transaction: Transaction) -> tuple[Key, ...]:
        """Guesses made elsewhere, or by others, keep nobody out of where they have signed in before."""
        is_slowed = await is_blocked(tenant, transaction, keys[1:], now=now)
        is_known = is_slowed and await has_come_from(tenant, transaction, user_id, begun.address, now=now)
        counted = keys[:1] if is_known else keys
        await reserve(tenant, transaction, counted, now=now)
        return counted

    return Attempt(user=user, begun=begun, keys=await tenant.database.write(work))


async def record_refusal(
    tenant: Tenant,
    user_id: str | None,
    begun: Begun,
    outcome: Outcome,
    *,
    method: Method = "password",
    now: datetime,
    keys: tuple[Key, ...] = (),
) -> None:
    """`keys`: what the attempt was counted for; the audit says when somebody has to wait by it."""
    entry = SignIn(user_id=user_id, at=now, method=method, outcome=outcome, begun=begun)
    schema = tenant.database.schema

    async def work(transaction: Transaction) -> None:
        await write_sign_in(tenant, transaction, entry)
        has_to_wait = await is_blocked(tenant, transaction, keys, now=now)
        failed = AuditEvent(
            event="sign_in_failed",
            actor=None,
            subject=await fetch_subject(transaction, schema, user_id),
            details={"method": method, "outcome": outcome},
            address=begun.address,
        )
        events = (failed, replace(failed, event="locked_out")) if has_to_wait else (failed,)
        await write_audit(transaction, schema, *events, now=now)

    await tenant.database.write(work)


async def open_session(
    tenant: Tenant,
    user_id: str,
    begun: Begun,
    *,
    method: Method,
    times: SessionTimes,
    now: datetime,
    keys: tuple[Key, ...] = (),
) -> IssuedCredential:
    """`keys`: the counts of failures that are forgotten with it."""
    new = NewCredential(
        kind="session",
        user_id=user_id,
        expires_at=times.end(now + times.lifetime, now),
        ends_at=now + times.lifetime,
        csrf_token=secrets.token_urlsafe(24),
        begun=begun,
        authenticated_at=now,
    )
    schema = tenant.database.schema

    async def work(transaction: Transaction) -> IssuedCredential:
        await succeeded(tenant, transaction, keys)
        entry = SignIn(user_id=user_id, at=now, method=method, outcome="succeeded", begun=begun)
        await write_sign_in(tenant, transaction, entry)
        issued = await issue(tenant, transaction, new, now=now)
        who = await fetch_who(transaction, schema, user_id, channel="web", credential_id=issued.id)
        event = AuditEvent(
            event="signed_in",
            actor=who,
            subject=Subject(kind="session", id=issued.id),
            details={"method": method},
            address=begun.address,
        )
        await write_audit(transaction, schema, event, now=now)
        return issued

    return await tenant.database.write(work)
