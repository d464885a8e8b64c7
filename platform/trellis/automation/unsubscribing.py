"""What people outside do by the link in a letter: they want no more of them, or they do again. The link is all they show. That of a
letter that rested on a consent takes back that consent; any other takes the address out of all letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from trellis.automation.consent import Consented, LastWord, add_consent, fetch_last_words
from trellis.automation.mail_tokens import read_unsubscribe_token, read_withdrawal_token
from trellis.automation.suppressions import fetch_suppressed, find_mail_key, lift, suppress
from trellis.security.audit import AuditEvent, Subject, write_audit
from trellis.storage.codecs import datetime_text
from trellis.storage.database import Transaction
from trellis.tenancy.tenant import Tenant

SOURCE = "By the link in a letter"
"""How it is known, as it stands beside the entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """`is_active`: mail is sent to the address; `can_return`: whoever has the link can have it sent again. `consented`: what the letters
    in question rest on, None for all letters."""

    address: str
    is_active: bool
    can_return: bool
    consented: Consented | None = None


async def find_subscription(tenant: Tenant, token: str) -> Subscription | None:
    """None when the token was not made for a letter of this tenant. Two queries."""
    key = await find_mail_key(tenant.database, tenant.keys)
    if key is None:
        return None
    resting = read_withdrawal_token(key, tenant.name, token)
    if resting is not None:
        return await _find_consented(tenant, *resting)
    address = read_unsubscribe_token(key, tenant.name, token)
    if address is None:
        return None
    reason = (await fetch_suppressed(tenant.database, [address])).get(address)
    return Subscription(address=address, is_active=reason is None, can_return=reason in (None, "unsubscribed"))


async def unsubscribe(tenant: Tenant, token: str, *, now: datetime) -> Subscription | None:
    """The same however often it is done."""
    found = await find_subscription(tenant, token)
    if found is None or not found.is_active:
        return found
    if found.consented is None:
        await suppress(tenant.database, found.address, "unsubscribed", None, now)
    else:
        await _say(tenant, found.consented, is_given=False, now=now)
    return replace(found, is_active=False, can_return=True)


async def subscribe_again(tenant: Tenant, token: str, *, now: datetime) -> Subscription | None:
    """Takes back an `unsubscribe`; what bounced, was added by hand, or was taken back otherwise, stays."""
    found = await find_subscription(tenant, token)
    if found is None or found.is_active or not found.can_return:
        return found
    if found.consented is None:
        await lift(tenant.database, found.address, only="unsubscribed")
    else:
        await _say(tenant, found.consented, is_given=True, now=now)
    return replace(found, is_active=True, can_return=True)


async def _find_consented(tenant: Tenant, address: str, consented: Consented) -> Subscription:
    schema = tenant.database.schema

    async def read(transaction: Transaction) -> Mapping[Consented, LastWord]:
        return await fetch_last_words(transaction, schema, [consented])

    word = (await tenant.database.read(read)).get(consented)
    is_active = word is not None and word.is_given
    can_return = is_active or (word is not None and word.is_own)
    return Subscription(address=address, is_active=is_active, can_return=can_return, consented=consented)


async def _say(tenant: Tenant, consented: Consented, *, is_given: bool, now: datetime) -> None:
    """Audited as something that nobody here did."""
    schema = tenant.database.schema
    details = {
        "object": consented.object,
        "purpose": consented.purpose,
        "given": is_given,
        "said_at": datetime_text(now),
        "by_link": True,
    }
    subject = Subject(kind="record", id=consented.record_id)
    event = AuditEvent(event="consent_recorded", actor=None, subject=subject, details=details)

    async def work(transaction: Transaction) -> None:
        await add_consent(
            transaction,
            schema,
            consented,
            is_given=is_given,
            source=SOURCE,
            said_at=now,
            created_by=None,
            now=now,
        )
        await write_audit(transaction, schema, event, now=now)

    await tenant.database.write(work)
