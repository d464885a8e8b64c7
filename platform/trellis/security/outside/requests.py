"""What is asked of a provider outside: where its endpoints are, tokens for a code, its keys. By the guarded client, so that nobody reaches
into the operator's own network by registering a provider."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus, urlencode

import orjson
from authlib.common.security import is_secure_transport

from trellis.outbound.client import Answer, HttpClient, OutboundRequest
from trellis.outbound.errors import RequestFailed, RequestRefused
from trellis.security.outside.errors import OutsideSignInFailed
from trellis.security.outside.model import Endpoints, Provider

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def fetch_endpoints(client: HttpClient, provider: Provider) -> Endpoints:
    """Raises OutsideSignInFailed."""
    found = await _get(client, f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != provider.issuer:
        raise OutsideSignInFailed(f"{provider.issuer} says that it is {str(found.get('issuer'))[:200]!r}.")
    methods = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return Endpoints(
        authorization=_url(found, "authorization_endpoint"),
        token=_url(found, "token_endpoint"),
        keys=_url(found, "jwks_uri"),
        user_info=_url(found, "userinfo_endpoint") if "userinfo_endpoint" in found else None,
        posts_secret="client_secret_basic" not in methods and "client_secret_post" in methods,
    )


async def fetch_tokens(
    client: HttpClient,
    endpoints: Endpoints,
    provider: Provider,
    secret: str,
    *,
    code: str,
    verifier: str,
    redirect_uri: str,
) -> Mapping[str, Any]:
    """Raises OutsideSignInFailed."""
    values = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    headers = dict(FORM)
    if endpoints.posts_secret:
        values |= {"client_id": provider.client_id, "client_secret": secret}
    else:
        pair = f"{quote_plus(provider.client_id)}:{quote_plus(secret)}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    body = urlencode(values).encode()
    return await _send(client, OutboundRequest(method="POST", url=endpoints.token, headers=headers, body=body))


async def fetch_keys(client: HttpClient, endpoints: Endpoints) -> Mapping[str, Any]:
    """Raises OutsideSignInFailed."""
    return await _get(client, endpoints.keys)


async def fetch_user_info(client: HttpClient, address: str, access_token: str) -> Mapping[str, Any]:
    """Raises OutsideSignInFailed."""
    headers = {"Authorization": f"Bearer {access_token}"}
    return await _send(client, OutboundRequest(method="GET", url=address, headers=headers))


async def _get(client: HttpClient, url: str) -> Mapping[str, Any]:
    return await _send(client, OutboundRequest(method="GET", url=url))


async def _send(client: HttpClient, request: OutboundRequest) -> Mapping[str, Any]:
    try:
        async with client.connected() as connections:
            answer = await connections.send(request)
    except (RequestFailed, RequestRefused) as error:
        raise OutsideSignInFailed(f"{request.url} gave no answer: {error.message}", hint=error.hint) from error
    return _read(request.url, answer)


def _read(url: str, answer: Answer) -> Mapping[str, Any]:
    try:
        found = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        found = None
    if answer.status != 200 or not isinstance(found, dict):
        said = found.get("error") if isinstance(found, dict) else None
        raise OutsideSignInFailed(f"{url} answered {answer.status}{f': {str(said)[:100]}' if said else ''}.")
    return found


def _url(found: Mapping[str, Any], name: str) -> str:
    url = found.get(name)
    if not isinstance(url, str) or not is_secure_transport(url):
        raise OutsideSignInFailed(f"The provider's {name} is no address by https: {str(url)[:200]!r}.")
    return url
