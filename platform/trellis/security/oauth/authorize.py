"""A program asks a user, through the browser: what is asked for, and the answer that the browser takes back. Who comes
here loads Authlib, which takes a while; so callers import this where somebody is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc6749 import OAuth2Error
from authlib.oidc.core.errors import ConsentRequiredError, LoginRequiredError

from trellis.errors import InvalidRequest
from trellis.security.actor import Actor
from trellis.security.audit import write_audit
from trellis.security.oauth import store
from trellis.security.oauth.auditing import client_event
from trellis.security.oauth.exchange import AskedServer, Facts, Leave, Question
from trellis.security.oauth.model import Client
from trellis.security.oauth.server import TokenServer
from trellis.storage.database import Transaction
from trellis.tenancy.tenant import Tenant

MOST_SECONDS = 10**9


async def ask(
    tenant: Tenant, issuer: str, asked: AskedServer, user_id: str, *, authenticated_at: datetime, now: datetime
) -> Question | Leave:
    """Raises InvalidRequest where no program is known to which the browser may go."""

    async def work(transaction: Transaction) -> Question | Leave:
        facts = await _load(tenant, transaction, issuer, asked, user_id, now)
        server = TokenServer(facts)
        try:
            grant = server.get_consent_grant(asked, end_user=facts.person)
            client = _known(facts)
            prompts = asked.values.get("prompt", "").split()
            must_sign_in = _must_sign_in(prompts, asked.values.get("max_age"), authenticated_at, now)
            scopes = frozenset(grant.request.scope.split())
            known = await store.fetch_consents(tenant, transaction, client, user_id, now=now)
            # Whoever else answers at the address of a public client would get in unseen.
            is_settled = client.kind == "confidential" and any(scopes <= one for one in known)
            if "none" in prompts:
                _refuse_silently(grant, must_sign_in=must_sign_in, is_settled=is_settled)
        except OAuth2Error as error:
            return _refusal(server, error, issuer, asked)
        return Question(
            client=client,
            scopes=scopes,
            redirect_uri=grant.redirect_uri,
            must_sign_in=must_sign_in,
            is_settled=is_settled and "consent" not in prompts,
        )

    return await tenant.database.read(work)


async def answer(
    tenant: Tenant,
    issuer: str,
    asked: AskedServer,
    actor: Actor,
    *,
    is_granted: bool,
    authenticated_at: datetime,
    now: datetime,
) -> Leave:
    """What the user decided. Raises InvalidRequest."""

    async def work(transaction: Transaction) -> Leave:
        facts = await _load(tenant, transaction, issuer, asked, actor.user_id, now)
        server = TokenServer(facts)
        try:
            grant = server.get_consent_grant(asked, end_user=facts.person)
        except OAuth2Error as error:
            return _refusal(server, error, issuer, asked)
        person = facts.person if is_granted else None
        response = server.create_authorization_response(grant.request, grant_user=person, grant=grant)
        code = server.effects.code
        if code is not None:
            client = _known(facts)
            grant_id = await store.add_grant(
                tenant, transaction, client.id, actor.user_id, code.scopes, now=now, authenticated_at=authenticated_at
            )
            await store.add_code(tenant, transaction, grant_id, code, now=now)
            event = client_event("client_allowed", actor, client, asked.address, scopes=sorted(code.scopes))
            await write_audit(transaction, tenant.database.schema, event, now=now)
        return _leave(response.headers["Location"], issuer)

    return await tenant.database.write(work)


async def _load(
    tenant: Tenant, transaction: Transaction, issuer: str, asked: AskedServer, user_id: str, now: datetime
) -> Facts:
    facts = Facts(issuer=issuer, tenant_name=tenant.name, now=now)
    client = await store.fetch_client(tenant, transaction, asked.values.get("client_id", ""))
    return replace(facts, client=client, person=await store.fetch_person(tenant, transaction, user_id))


def _known(facts: Facts) -> Client:
    assert facts.client is not None, "a grant was found for it"
    return facts.client


def _must_sign_in(prompts: Sequence[str], max_age: str | None, authenticated_at: datetime, now: datetime) -> bool:
    if "login" in prompts or "select_account" in prompts:
        return True
    if not max_age or not (max_age.isascii() and max_age.isdigit()):
        return False
    return now - authenticated_at > timedelta(seconds=min(int(max_age), MOST_SECONDS))


def _refuse_silently(grant: Any, *, must_sign_in: bool, is_settled: bool) -> None:
    state = grant.request.payload.state
    if must_sign_in:
        raise LoginRequiredError(redirect_uri=grant.redirect_uri, state=state)
    if not is_settled:
        raise ConsentRequiredError(redirect_uri=grant.redirect_uri, state=state)


def _refusal(server: TokenServer, error: OAuth2Error, issuer: str, asked: AskedServer) -> Leave:
    """To the program, if it is known to be one; else to the person."""
    if not error.redirect_uri:
        raise InvalidRequest(
            f"The program that sent you here asks in a way that cannot be answered: {error.get_error_description()}",
            hint="Tell whoever runs the program. An administrator sees its redirect addresses among the OAuth clients.",
        )
    error.state = asked.values.get("state")
    return _leave(server.handle_error_response(asked, error).headers["Location"], issuer)


def _leave(location: str, issuer: str) -> Leave:
    """With the issuer (RFC 9207), so that a program that knows several servers mixes up none."""
    return Leave(location=add_params_to_uri(location, [("iss", issuer)]))
