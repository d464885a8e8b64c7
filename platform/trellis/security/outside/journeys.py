"""The way out to a provider and back: begun with what only this browser knows, ended once, with a user."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson

from trellis.errors import NotFound
from trellis.outbound.client import HttpClient
from trellis.security.encryption.errors import CannotUnseal
from trellis.security.encryption.sealing import open_sealed, seal
from trellis.security.outside.errors import OutsideSignInFailed
from trellis.security.outside.model import Journey, Provider, Stranger
from trellis.security.outside.providers import fetch_client_secret, find_provider
from trellis.security.outside.requests import fetch_endpoints, fetch_keys, fetch_tokens, fetch_user_info
from trellis.security.outside.strength import is_second_factor_shown
from trellis.storage.codecs import datetime_text
from trellis.tenancy.tenant import Tenant

LASTS = timedelta(minutes=10)
PURPOSE = "journey"


async def begin_journey(
    tenant: Tenant, client: HttpClient, name: str, *, redirect_uri: str, next_path: str, now: datetime
) -> tuple[str, str]:
    """Where the browser goes, and what it keeps meanwhile, sealed. Raises NotFound, OutsideSignInFailed, NoMasterKey."""
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    provider = await _offered(tenant, name)
    endpoints = await fetch_endpoints(client, provider)
    journey = Journey(
        provider=provider.name,
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
        next=next_path,
        until=now + LASTS,
    )
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(provider.scopes),
        "state": journey.state,
        "nonce": journey.nonce,
        "code_challenge": create_s256_code_challenge(journey.verifier),
        "code_challenge_method": "S256",
    }
    separator = "&" if "?" in endpoints.authorization else "?"
    kept = orjson.dumps({**asdict(journey), "until": datetime_text(journey.until)})
    return f"{endpoints.authorization}{separator}{urlencode(asked)}", seal(tenant, PURPOSE, kept, about=PURPOSE)


async def end_journey(
    tenant: Tenant,
    client: HttpClient,
    name: str,
    kept: str,
    answer: Mapping[str, str],
    *,
    redirect_uri: str,
    now: datetime,
) -> tuple[Stranger, Journey]:
    """Who came back. `kept`: what begin_journey gave the browser; `answer`: the parameters that it came back with. Raises NotFound,
    OutsideSignInFailed, NoMasterKey."""
    journey = _open(tenant, kept, now)
    if journey.provider != name or not hmac.compare_digest(
        journey.state.encode(), answer.get("state", "").encode("utf-8", "surrogatepass")
    ):
        raise OutsideSignInFailed("The answer is not to what this browser asked.")
    provider = await _offered(tenant, name)
    if answer.get("iss", provider.issuer) != provider.issuer:
        raise OutsideSignInFailed("The answer is from another provider.")
    if "code" not in answer:
        raise OutsideSignInFailed(f"{provider.label} refused: {answer.get('error', 'no reason was given')[:100]}.")
    return await _stranger(tenant, client, provider, journey, answer["code"], redirect_uri, now), journey


async def _stranger(
    tenant: Tenant,
    client: HttpClient,
    provider: Provider,
    journey: Journey,
    code: str,
    redirect_uri: str,
    now: datetime,
) -> Stranger:
    """How they signed in is believed of what is signed alone."""
    from trellis.security.outside.id_tokens import read_id_token  # with Authlib

    secret = await fetch_client_secret(tenant, provider.name)
    endpoints = await fetch_endpoints(client, provider)
    tokens = await fetch_tokens(
        client, endpoints, provider, secret, code=code, verifier=journey.verifier, redirect_uri=redirect_uri
    )
    keys, access_token = await fetch_keys(client, endpoints), tokens.get("access_token")
    access_token = access_token if isinstance(access_token, str) else None
    claims = read_id_token(
        tokens.get("id_token"), keys, provider, nonce=journey.nonce, access_token=access_token, now=now
    )
    more: Mapping[str, Any] = {}
    if endpoints.user_info is not None and access_token is not None:
        more = await fetch_user_info(client, endpoints.user_info, access_token)
        if more.get("sub") != claims["sub"]:
            raise OutsideSignInFailed("The provider told of somebody else.")
    return Stranger(
        provider=provider,
        subject=claims["sub"],
        claims={**more, **claims},
        has_second_factor=is_second_factor_shown(provider, claims),
    )


async def _offered(tenant: Tenant, name: str) -> Provider:
    provider = await find_provider(tenant, name)
    if provider is None or not provider.is_active:
        raise NotFound(f"There is no provider {name[:60]} to sign in by.")
    return provider


def _open(tenant: Tenant, kept: str, now: datetime) -> Journey:
    try:
        found = orjson.loads(open_sealed(tenant, PURPOSE, kept, about=PURPOSE))
    except CannotUnseal:
        raise OutsideSignInFailed("This browser did not begin to sign in, or it was too long ago.") from None
    journey = Journey(**{**found, "until": datetime.fromisoformat(found["until"])})
    if journey.until <= now:
        raise OutsideSignInFailed("This browser did not begin to sign in, or it was too long ago.")
    return journey
