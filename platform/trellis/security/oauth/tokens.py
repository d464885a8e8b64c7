"""The endpoints that programs call: tokens for codes and secrets, revocation, introspection. One transaction each: load, decide, write."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote

from trellis.security.audit import write_audit
from trellis.security.oauth import store
from trellis.security.oauth.auditing import token_events
from trellis.security.oauth.exchange import Answer, AskedServer, Effects, Facts
from trellis.security.oauth.keys import SigningKey, signing_key
from trellis.storage.database import Transaction
from trellis.tenancy.tenant import Tenant

if TYPE_CHECKING:
    from trellis.security.oauth.server import TokenServer

SIGNED_GRANTS = frozenset({"authorization_code", "refresh_token"})


async def answer_token(tenant: Tenant, issuer: str, asked: AskedServer, *, now: datetime) -> Answer:
    """For a code, a refresh token, or a service's secret. A refusal is an answer, too."""
    key = await signing_key(tenant, now=now) if asked.values.get("grant_type") in SIGNED_GRANTS else None
    return await _answer(tenant, issuer, asked, lambda server: server.create_token_response(asked), now=now, key=key)


async def answer_revocation(tenant: Tenant, issuer: str, asked: AskedServer, *, now: datetime) -> Answer:
    return await _answer(
        tenant, issuer, asked, lambda server: server.create_endpoint_response("revocation", asked), now=now
    )


async def answer_introspection(tenant: Tenant, issuer: str, asked: AskedServer, *, now: datetime) -> Answer:
    return await _answer(
        tenant, issuer, asked, lambda server: server.create_endpoint_response("introspection", asked), now=now
    )


def basic_name(authorization: str) -> str | None:
    """Who an Authorization header of the scheme Basic says it is from; None for another scheme, or one that cannot be read."""
    scheme, _, text = authorization.partition(" ")
    try:
        name, separator, _ = base64.b64decode(text.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return unquote(name) if scheme.lower() == "basic" and separator else None


async def _answer(
    tenant: Tenant,
    issuer: str,
    asked: AskedServer,
    decide: Callable[[TokenServer], Answer],
    *,
    now: datetime,
    key: SigningKey | None = None,
) -> Answer:
    from trellis.security.oauth.server import TokenServer  # with Authlib

    name = basic_name(asked.authorization)
    asked_for = name if name is not None else asked.values.get("client_id", "")

    async def work(transaction: Transaction) -> Answer:
        facts = Facts(issuer=issuer, tenant_name=tenant.name, now=now, key=key)
        facts = replace(facts, client=await store.fetch_client(tenant, transaction, asked_for))
        server = TokenServer(await _load(tenant, transaction, asked, facts))
        answer = decide(server)
        await _write(tenant, transaction, server.facts, server.effects)
        events = token_events(server.facts, server.effects, asked)
        await write_audit(transaction, tenant.database.schema, *events, now=now)
        return answer

    return await tenant.database.write(work)


async def _load(tenant: Tenant, transaction: Transaction, asked: AskedServer, facts: Facts) -> Facts:
    values, client = asked.values, facts.client
    if client is None:
        return facts
    if "code" in values:
        facts = replace(facts, code=await store.fetch_code(tenant, transaction, values["code"]))
    elif "refresh_token" in values:
        facts = replace(facts, refresh=await store.fetch_refresh(tenant, transaction, values["refresh_token"]))
    elif "token" in values:
        facts = replace(
            facts,
            access=await store.fetch_access(tenant, transaction, values["token"]),
            refresh=await store.fetch_refresh(tenant, transaction, values["token"]),
        )
    held = facts.code or facts.refresh or facts.access
    user_id = held.grant.user_id if held else client.service_user
    return replace(facts, person=await store.fetch_person(tenant, transaction, user_id) if user_id else None)


async def _write(tenant: Tenant, transaction: Transaction, facts: Facts, effects: Effects) -> None:
    now = facts.now
    for token_hash in effects.spent:
        await store.spend(tenant, transaction, token_hash, now=now)
    for grant_id in effects.revoked_grants:
        await store.revoke_grants(tenant, transaction, now=now, grant_id=grant_id)
    for credential_id in effects.revoked_credentials:
        await store.revoke_credential(tenant, transaction, credential_id, now=now)
    if effects.tokens is not None and facts.client is not None:
        await store.add_tokens(tenant, transaction, facts.client, effects.tokens, now=now)
