"""Passkeys of a user: making one, signing in by one, confirming a session by one, naming and removing them. The library of the
ceremonies takes a while to import, so it waits until somebody uses a passkey."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime

from trellis.errors import FieldError, InvalidRecord, NotFound
from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, Subject, Who, write_audit
from trellis.security.audit.who import fetch_subject
from trellis.security.credentials import Begun, IssuedCredential
from trellis.security.identity import Identities, Identity, SignInFailed
from trellis.security.passkeys import store
from trellis.security.passkeys.challenges import Purpose, make_challenge, take_challenge
from trellis.security.passkeys.credential import PasskeyInvalid
from trellis.security.passkeys.relying_party import RelyingParty
from trellis.security.passkeys.store import Passkey
from trellis.security.recent import mark_recent
from trellis.security.sign_in.entering import record_refusal
from trellis.storage.database import Transaction
from trellis.storage.errors import UniqueViolation
from trellis.tenancy.tenant import Tenant

MOST_PASSKEYS = 20
LONGEST_NAME = 100

FindTenant = Callable[[str], Awaitable[Tenant | None]]


async def begin_registration(identity: Identity, party: RelyingParty, *, now: datetime) -> str:
    """JSON for navigator.credentials.create. Raises InvalidRecord when the user has as many as one may have."""
    from trellis.security.passkeys import ceremony

    tenant, actor = identity.tenant, identity.actor
    known = await store.list_passkeys(tenant, actor.user_id)
    if len(known) >= MOST_PASSKEYS:
        raise _refused(f"You have {MOST_PASSKEYS} passkeys, as many as one may have. Remove one first.")
    challenge = await make_challenge(tenant, "register", actor.user_id, now=now)
    return ceremony.registration_options(
        party,
        challenge,
        user_id=actor.user_id,
        email=actor.email,
        name=f"{actor.name} · {tenant.label}",
        known=[one.credential_id for one in known if one.party == party.id],
    )


async def finish_registration(
    identity: Identity, party: RelyingParty, credential: str, name: str, *, now: datetime
) -> str:
    """The new passkey's id. Raises InvalidRecord."""
    from trellis.security.passkeys import ceremony

    tenant, actor = identity.tenant, identity.actor
    kept_name = _checked_name(name)
    try:
        challenge = ceremony.read_challenge(credential)
        if not await take_challenge(tenant, challenge, "register", actor.user_id, now=now):
            raise _refused("This took too long, or was sent twice. Try again.")
        new = ceremony.verify_registration(credential, party, challenge)
    except PasskeyInvalid:
        raise _refused("The passkey cannot be used here. Try again, or with another device.") from None

    async def work(transaction: Transaction) -> str:
        passkey_id = await store.insert_passkey(tenant, transaction, actor.user_id, party.id, kept_name, new, now=now)
        subject = Subject(kind="user", id=actor.user_id, name=actor.name)
        event = AuditEvent(event="passkey_added", actor=actor, subject=subject, details={"name": kept_name})
        await write_audit(transaction, tenant.database.schema, event, now=now)
        return passkey_id

    try:
        return await tenant.database.write(work)
    except UniqueViolation:
        raise _refused("This passkey is in use already.") from None


async def begin_sign_in(find_tenant: FindTenant, tenant_name: str, party: RelyingParty, *, now: datetime) -> str:
    """JSON for navigator.credentials.get, the same for a tenant that is not there."""
    from trellis.security.passkeys import ceremony

    tenant = await find_tenant(tenant_name)
    challenge = await make_challenge(tenant, "sign_in", None, now=now) if tenant else secrets.token_bytes(32)
    return ceremony.request_options(party, challenge)


async def finish_sign_in(
    identities: Identities,
    find_tenant: FindTenant,
    tenant_name: str,
    party: RelyingParty,
    credential: str,
    *,
    begun: Begun,
    now: datetime,
) -> tuple[IssuedCredential, Identity]:
    """Opens a session. Raises SignInFailed."""
    tenant = await find_tenant(tenant_name)
    if tenant is None:
        raise _unknown()
    passkey = await _proved(tenant, party, credential, None, begun=begun, now=now)
    return await identities.admit(tenant, passkey.user_id, method="passkey", begun=begun)


async def begin_confirmation(identity: Identity, party: RelyingParty, *, now: datetime) -> str:
    """JSON for navigator.credentials.get, with the user's own passkeys."""
    from trellis.security.passkeys import ceremony

    tenant, user_id = identity.tenant, identity.actor.user_id
    known = await store.list_passkeys(tenant, user_id)
    challenge = await make_challenge(tenant, "confirm", user_id, now=now)
    return ceremony.request_options(party, challenge, [one.credential_id for one in known if one.party == party.id])


async def finish_confirmation(
    identities: Identities, identity: Identity, token: str, party: RelyingParty, credential: str, *, now: datetime
) -> None:
    """The session's user has just proved who they are. Raises SignInFailed."""
    await _proved(identity.tenant, party, credential, identity.actor.user_id, begun=Begun(), now=now)
    await mark_recent(identity, now=now)
    identities.forget(token)


async def rename_passkey(tenant: Tenant, user_id: str, passkey_id: str, name: str) -> None:
    """Raises NotFound, InvalidRecord."""
    kept_name = _checked_name(name)

    async def work(transaction: Transaction) -> None:
        passkey = await _fetch(tenant, transaction, user_id, passkey_id)
        await transaction.execute(store.statements_of(tenant).rename, {"id": passkey.id, "name": kept_name})

    await tenant.database.write(work)


async def remove_passkey(tenant: Tenant, user_id: str, passkey_id: str, *, by: Actor | Who, now: datetime) -> None:
    """It signs nobody in any more. Raises NotFound."""

    async def work(transaction: Transaction) -> None:
        passkey = await _fetch(tenant, transaction, user_id, passkey_id)
        await transaction.execute(store.statements_of(tenant).delete, {"id": passkey.id})
        subject = await fetch_subject(transaction, tenant.database.schema, user_id)
        event = AuditEvent(event="passkey_removed", actor=by, subject=subject, details={"name": passkey.name})
        await write_audit(transaction, tenant.database.schema, event, now=now)

    await tenant.database.write(work)


async def _proved(
    tenant: Tenant, party: RelyingParty, credential: str, user_id: str | None, *, begun: Begun, now: datetime
) -> Passkey:
    """The passkey whose owner has just used it; with `user_id`, theirs only. Raises SignInFailed."""
    from trellis.security.passkeys import ceremony

    try:
        shown = ceremony.read_shown(credential)
    except PasskeyInvalid:
        raise _unknown() from None
    purpose: Purpose = "sign_in" if user_id is None else "confirm"
    is_asked = await take_challenge(tenant, shown.challenge, purpose, user_id, now=now)
    passkey = await store.find_passkey(tenant, shown.credential_id)
    if not is_asked or passkey is None or passkey.party != party.id or passkey.user_id != (user_id or passkey.user_id):
        raise _unknown()
    try:
        count = ceremony.verify_assertion(
            credential, party, shown.challenge, public_key=passkey.public_key, sign_count=passkey.sign_count
        )
    except PasskeyInvalid:
        if user_id is None:
            await record_refusal(tenant, passkey.user_id, begun, "wrong_passkey", method="passkey", now=now)
        raise _unknown() from None
    if not await store.count_use(tenant, passkey, count, now=now):
        raise _unknown()
    return passkey


async def _fetch(tenant: Tenant, transaction: Transaction, user_id: str, passkey_id: str) -> Passkey:
    passkey = await store.fetch_passkey(tenant, transaction, user_id, passkey_id)
    if passkey is None:
        raise NotFound(f"There is no passkey {passkey_id[:60]}.", hint="It may have been removed.")
    return passkey


def _checked_name(name: str) -> str:
    kept = name.strip()
    if not 1 <= len(kept) <= LONGEST_NAME or not kept.isprintable():
        raise _refused(f"Name the passkey in one line of 1 to {LONGEST_NAME} characters.")
    return kept


def _refused(message: str) -> InvalidRecord:
    return InvalidRecord(message, fields=(FieldError(field="passkey", code="invalid_passkey", message=message),))


def _unknown() -> SignInFailed:
    return SignInFailed("The passkey is not known here.", hint="Sign in with the password, or use another passkey.")
