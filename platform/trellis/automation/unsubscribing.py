"""What people outside do by the link in a letter: they want no more of them, or they do again. The link is all they show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trellis.automation.mail_tokens import read_unsubscribe_token
from trellis.automation.suppressions import fetch_suppressed, find_mail_key, lift, suppress
from trellis.tenancy.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """`is_active`: mail is sent to the address; `can_return`: whoever has the link can have it sent again."""

    address: str
    is_active: bool
    can_return: bool


async def find_subscription(tenant: Tenant, token: str) -> Subscription | None:
    """None when the token was not made for a letter of this tenant. Two queries."""
    key = await find_mail_key(tenant.database, tenant.keys)
    address = None if key is None else read_unsubscribe_token(key, tenant.name, token)
    if address is None:
        return None
    reason = (await fetch_suppressed(tenant.database, [address])).get(address)
    return Subscription(address=address, is_active=reason is None, can_return=reason in (None, "unsubscribed"))


async def unsubscribe(tenant: Tenant, token: str, *, now: datetime) -> Subscription | None:
    """The same however often it is done."""
    found = await find_subscription(tenant, token)
    if found is None or not found.is_active:
        return found
    await suppress(tenant.database, found.address, "unsubscribed", None, now)
    return Subscription(address=found.address, is_active=False, can_return=True)


async def subscribe_again(tenant: Tenant, token: str) -> Subscription | None:
    """Takes back an `unsubscribe`; what bounced, or was added by hand, stays."""
    found = await find_subscription(tenant, token)
    if found is None or not found.can_return:
        return found
    await lift(tenant.database, found.address, only="unsubscribed")
    return Subscription(address=found.address, is_active=True, can_return=True)
