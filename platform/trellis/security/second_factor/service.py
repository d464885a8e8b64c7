"""One's own second factor: setting up an authenticator app, new recovery codes, turning it off; and taking away that of another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trellis.security.access import Access
from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, Subject, Who, write_audit
from trellis.security.audit.event import EventName
from trellis.security.second_factor.codes import new_codes, plain_code
from trellis.security.second_factor.errors import SecondFactorConflict, WrongCode
from trellis.security.second_factor.proof import prove_code
from trellis.security.second_factor.store import (
    confirm_app,
    count_codes,
    find_app,
    forget_factor,
    put_app,
    put_codes,
    seal,
    unseal,
)
from trellis.security.second_factor.totp import find_step, new_secret, provisioning_uri
from trellis.security.sign_in.attempts import forget, own_keys, reserve
from trellis.security.user_changes import fetch_user_below
from trellis.storage.database import Transaction
from trellis.tenancy.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactor:
    """`codes_left`: recovery codes; `is_required`: the organization demands one of everybody who signs in with a password."""

    is_on: bool
    codes_left: int
    is_required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What an app is told: `uri` as a QR code, or `secret` typed in."""

    secret: str
    uri: str


async def fetch_second_factor(tenant: Tenant, user_id: str) -> SecondFactor:
    async def find(transaction: Transaction) -> tuple[bool, int]:
        app = await find_app(tenant, transaction, user_id)
        return app is not None and app.is_confirmed, await count_codes(tenant, transaction, user_id)

    is_on, codes_left = await tenant.database.read(find)
    return SecondFactor(is_on=is_on, codes_left=codes_left if is_on else 0, is_required=await is_required(tenant))


async def is_required(tenant: Tenant) -> bool:
    return (await tenant.refresh()).model.organization.second_factor == "required"


async def begin_enrolment(tenant: Tenant, user_id: str, *, account: str, now: datetime) -> Enrolment:
    """The same again until it is confirmed. `account`: how the app names it. Raises SecondFactorConflict when there is one already,
    NoMasterKey."""
    issuer = (await tenant.refresh()).model.organization.name or "Trellis"

    async def work(transaction: Transaction) -> str:
        app = await find_app(tenant, transaction, user_id)
        if app is not None and app.is_confirmed:
            raise SecondFactorConflict("There is an authenticator app already.", hint="Turn it off first.")
        if app is not None:
            return unseal(tenant, user_id, app.secret)
        secret = new_secret()
        await put_app(tenant, transaction, user_id, seal(tenant, user_id, secret), now=now)
        return secret

    secret = await tenant.database.write(work)
    return Enrolment(secret=secret, uri=provisioning_uri(secret, account=account, issuer=issuer))


async def confirm_enrolment(tenant: Tenant, by: Actor | Who, code: str, *, now: datetime) -> tuple[str, ...]:
    """With the code that the app shows, the second factor is on. Gives the recovery codes, which are known only now. Raises WrongCode,
    TooManyAttempts, SecondFactorConflict when none was begun."""
    user_id = str(by.user_id)
    keys = own_keys("code", user_id)
    await tenant.database.write(lambda transaction: reserve(tenant, transaction, keys, now=now))
    codes = new_codes()

    async def work(transaction: Transaction) -> None:
        app = await find_app(tenant, transaction, user_id)
        if app is None or app.is_confirmed:
            raise SecondFactorConflict("No authenticator app waits to be confirmed.", hint="Begin with a new one.")
        step = find_step(unseal(tenant, user_id, app.secret), plain_code(code), now=now, last_step=None)
        if step is None or not await confirm_app(tenant, transaction, user_id, step, now=now):
            raise WrongCode
        await put_codes(tenant, transaction, user_id, codes)
        await forget(tenant, transaction, [key.subject for key in keys])
        await _audit(tenant, transaction, "second_factor_added", by, user_id, now)

    await tenant.database.write(work)
    return codes


async def make_new_codes(tenant: Tenant, actor: Actor, code: str, *, now: datetime) -> tuple[str, ...]:
    """In the place of those before. Raises WrongCode, TooManyAttempts."""
    await prove_code(tenant, actor.user_id, code, now=now)
    codes = new_codes()

    async def work(transaction: Transaction) -> None:
        await put_codes(tenant, transaction, actor.user_id, codes)
        await _audit(tenant, transaction, "recovery_codes_made", actor, actor.user_id, now)

    await tenant.database.write(work)
    return codes


async def turn_off(tenant: Tenant, actor: Actor, code: str, *, now: datetime) -> None:
    """Raises SecondFactorConflict where the organization demands one, WrongCode, TooManyAttempts."""
    if await is_required(tenant):
        raise SecondFactorConflict(
            "Your organization demands a second factor.", hint="An administrator can reset it for a new app."
        )
    await prove_code(tenant, actor.user_id, code, now=now)

    async def work(transaction: Transaction) -> None:
        if await forget_factor(tenant, transaction, actor.user_id):
            await _audit(tenant, transaction, "second_factor_removed", actor, actor.user_id, now)

    await tenant.database.write(work)


async def reset_second_factor(tenant: Tenant, access: Access, actor: Actor, user_id: str, *, now: datetime) -> bool:
    """Of another, who has lost the app and the codes. Whether there was one. Raises AccessDenied, NotFound."""
    user = await fetch_user_below(tenant, access, actor, user_id)

    async def work(transaction: Transaction) -> bool:
        was_on = await forget_factor(tenant, transaction, user.id)
        await forget(tenant, transaction, [key.subject for key in own_keys("code", user.id)])
        if was_on:
            await _audit(tenant, transaction, "second_factor_reset", actor, user.id, now, name=user.name)
        return was_on

    return await tenant.database.write(work)


async def _audit(
    tenant: Tenant,
    transaction: Transaction,
    event: EventName,
    by: Actor | Who,
    user_id: str,
    now: datetime,
    name: str = "",
) -> None:
    entry = AuditEvent(event=event, actor=by, subject=Subject(kind="user", id=user_id, name=name))
    await write_audit(transaction, tenant.database.schema, entry, now=now)
