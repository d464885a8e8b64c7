"""Clients, codes and tokens as Authlib asks about them."""

from __future__ import annotations

import hmac
from collections import defaultdict
from typing import Any

from authlib.oauth2.rfc6749 import ClientMixin, OAuth2Request, TokenMixin
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload

from trellis.security.credentials import hash_token
from trellis.security.oauth.exchange import AskedServer, Facts
from trellis.security.oauth.model import AccessToken, Client, Code, Grant, RefreshToken


class ServerRequest(OAuth2Request):
    def __init__(self, asked: AskedServer) -> None:
        headers = {"Authorization": asked.authorization} if asked.authorization else {}
        super().__init__(asked.method, asked.url, headers=headers)
        self.payload = _Payload(dict(asked.values))

    @property
    def args(self) -> Any:
        return self.payload.data

    @property
    def form(self) -> Any:
        return self.payload.data

    @property
    def grant(self) -> Grant | None:
        """Of the code or the refresh token that it shows; None before either was looked at, and for a service."""
        held = self.authorization_code or self.refresh_token
        grant: Grant | None = held.grant if held else None
        return grant


class _Payload(BasicOAuth2Payload):
    """Nothing is given twice: that was refused when it was read."""

    @property
    def datalist(self) -> Any:
        return defaultdict(list, {name: [value] for name, value in self.data.items()})


class OAuthClient(ClientMixin):
    def __init__(self, client: Client) -> None:
        self.client = client

    def get_client_id(self) -> str:
        return self.client.id

    def get_default_redirect_uri(self) -> None:
        """None is guessed: the address has to be given, and is compared."""

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """All of them when none is asked for; None, which is refused, when one is asked for that the client may not have."""
        allowed = self.client.scopes
        asked = frozenset(scope.split()) if scope else allowed
        return " ".join(sorted(asked)) if asked <= allowed else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.client.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        return hmac.compare_digest(self.client.secret_hash or "", hash_token(client_secret))

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return (method == "none") == (self.client.kind == "public")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code" and self.client.kind != "service"

    def check_grant_type(self, grant_type: str) -> bool:
        is_of_service = grant_type == "client_credentials"
        return is_of_service == (self.client.kind == "service")


class HeldCode:
    def __init__(self, code: Code, client: Client) -> None:
        self.code = code
        self.grant = code.grant
        self.code_challenge = code.challenge
        self._client = client

    def get_redirect_uri(self) -> str:
        return self.code.redirect_uri

    def get_scope(self) -> str:
        return still_granted(self.grant, self._client)

    def get_nonce(self) -> str | None:
        return self.code.nonce

    def get_auth_time(self) -> None:
        """Among the claims already."""

    def get_acr(self) -> None:
        """Not told."""

    def get_amr(self) -> None:
        """Not told."""


class HeldToken(TokenMixin):
    """`client`: who shows it, None where any may."""

    def __init__(self, token: AccessToken | RefreshToken, facts: Facts, client: Client | None = None) -> None:
        self.token = token
        self.grant = token.grant
        self._facts = facts
        self._client = client

    def check_client(self, client: OAuthClient) -> bool:
        return client.client.id == self.grant.client_id

    def get_scope(self) -> str:
        if isinstance(self.token, AccessToken):
            return " ".join(sorted(self.token.scopes))
        return still_granted(self.grant, self._client) if self._client else " ".join(sorted(self.grant.scopes))

    def is_expired(self) -> bool:
        return self.token.expires_at <= self._facts.now

    def is_revoked(self) -> bool:
        is_spent = self.token.is_revoked if isinstance(self.token, AccessToken) else self.token.is_used
        return is_spent or self.grant.is_revoked


def still_granted(grant: Grant, client: Client) -> str:
    """Of what was granted, what the client may still have; "" for nothing."""
    return " ".join(sorted(grant.scopes & client.scopes))
