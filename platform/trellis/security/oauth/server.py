"""The authorization server by Authlib, over facts that are loaded before and effects that are written after. Does no I/O.

OAuth 2.1: codes always with PKCE by S256, redirect addresses compared as texts, refresh tokens that work once; no implicit grant, no
passwords.
"""

from __future__ import annotations

import secrets
from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationServer, InvalidRequestError, OAuth2Request
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from trellis.security.oauth.adapters import HeldToken, OAuthClient, ServerRequest
from trellis.security.oauth.exchange import Answer, AskedServer, Effects, Facts, NewTokens
from trellis.security.oauth.grants import (
    ALL_METHODS,
    SECRET_METHODS,
    CodeGrant,
    IdToken,
    Pkce,
    RefreshGrant,
    ServiceGrant,
)
from trellis.security.oauth.model import ACCESS_LIFETIME, OFFLINE, AccessToken, Client, Person


class TokenServer(AuthorizationServer):
    """Answers one request. `effects` is what has to be written then."""

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self.facts = facts
        self.effects = Effects()
        id_token = IdToken(facts)
        self.register_grant(CodeGrant, [Pkce(required=True), id_token])
        self.register_grant(RefreshGrant, [id_token])
        self.register_grant(ServiceGrant)
        self.register_endpoint(_Revocation)
        self.register_endpoint(_Introspection)
        lifetime_s = int(ACCESS_LIFETIME.total_seconds())
        self.register_token_generator("default", _Tokens(self._new_token, self._new_token, lambda *_: lifetime_s))

    def query_client(self, client_id: str) -> OAuthClient | None:
        client = self.facts.client
        return OAuthClient(client) if client is not None and client.id == client_id else None

    def save_token(self, token: dict[str, Any], request: ServerRequest) -> None:
        grant = request.grant
        client: Client = request.client.client
        user_id = grant.user_id if grant else client.service_user
        if user_id is None or self.facts.person is None:
            raise InvalidRequestError("There is no user to act as.")
        self.effects.tokens = NewTokens(
            user_id=user_id,
            grant_id=grant.id if grant else None,
            scopes=frozenset(token.get("scope", "").split()),
            access_token=token["access_token"],
            refresh_token=token.get("refresh_token"),
        )

    def create_oauth2_request(self, request: AskedServer) -> OAuth2Request:
        return ServerRequest(request)

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Answer:
        return Answer(status=status, body=body if isinstance(body, dict) else None, headers=dict(headers))

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens: what happened is in the effects."""

    def _new_token(self, **_: object) -> str:
        return f"{self.facts.tenant_name}.{secrets.token_urlsafe(32)}"


class _Tokens(BearerTokenGenerator):
    """A refresh token only for those that users let go on while they are away; once begun, it goes on."""

    def generate(
        self,
        grant_type: str,
        client: OAuthClient,
        user: Person | None = None,
        scope: str | None = None,
        expires_in: int | None = None,
        include_refresh_token: bool = True,
    ) -> dict[str, Any]:
        goes_on = grant_type == "refresh_token" or OFFLINE in (scope or "").split()
        token: dict[str, Any] = super().generate(
            grant_type, client, user, scope, expires_in, include_refresh_token and goes_on
        )
        return token


class _Revocation(RevocationEndpoint):
    """A refresh token takes its grant along, an access token goes alone (RFC 7009, 2.1)."""

    CLIENT_AUTH_METHODS = ALL_METHODS

    def query_token(self, token_string: str, token_type_hint: str | None) -> HeldToken | None:
        return _held(self.server.facts)

    def revoke_token(self, token: HeldToken, request: OAuth2Request) -> None:
        if isinstance(token.token, AccessToken):
            self.server.effects.revoked_credentials.append(token.token.credential_id)
        else:
            self.server.effects.revoked_grants.append(token.grant.id)


class _Introspection(IntrospectionEndpoint):
    """Who holds a token of the tenant, and a secret, may ask what it is."""

    CLIENT_AUTH_METHODS = SECRET_METHODS

    def query_token(self, token_string: str, token_type_hint: str | None) -> HeldToken | None:
        return _held(self.server.facts)

    def check_permission(self, token: HeldToken, client: OAuthClient, request: OAuth2Request) -> bool:
        return True

    def introspect_token(self, token: HeldToken) -> dict[str, Any]:
        facts: Facts = self.server.facts
        if facts.person is None:
            return {"active": False}
        held = token.token
        return {
            "active": True,
            "client_id": held.grant.client_id,
            "token_type": "Bearer" if isinstance(held, AccessToken) else "refresh_token",
            "username": facts.person.username,
            "scope": token.get_scope(),
            "sub": facts.person.id,
            "aud": held.grant.client_id,
            "iss": facts.issuer,
            "iat": int(held.created_at.timestamp()),
            "exp": int(held.expires_at.timestamp()),
        }


def _held(facts: Facts) -> HeldToken | None:
    held = facts.access or facts.refresh
    return HeldToken(held, facts) if held else None
