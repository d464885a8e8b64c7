"""What tokens are given for: a code, a refresh token, or the secret of a service. What was used before is refused, and takes the whole
grant with it."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Request
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, ClientCredentialsGrant, RefreshTokenGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.grants import OpenIDCode

from trellis.security.oauth.adapters import HeldCode, HeldToken, OAuthClient, still_granted
from trellis.security.oauth.claims import user_claims
from trellis.security.oauth.exchange import Facts, NewCode
from trellis.security.oauth.keys import SigningKey
from trellis.security.oauth.model import ACCESS_LIFETIME, GRANT_LIFETIME, Client, Code, Person, RefreshToken

SECRET_METHODS = ["client_secret_basic", "client_secret_post"]
ALL_METHODS = [*SECRET_METHODS, "none"]


class CodeGrant(AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ALL_METHODS

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        asked = request.payload.data
        self.server.effects.code = NewCode(
            code=code,
            redirect_uri=request.payload.redirect_uri,
            scopes=frozenset(request.scope.split()),
            nonce=asked.get("nonce") or None,
            challenge=asked["code_challenge"],
        )

    def query_authorization_code(self, code: str, client: OAuthClient) -> HeldCode | None:
        found: Code | None = self.server.facts.code
        return HeldCode(found, client.client) if found and _holds(self.server, found, client.client) else None

    def delete_authorization_code(self, authorization_code: HeldCode) -> None:
        self.server.effects.spent.append(authorization_code.code.code_hash)

    def authenticate_user(self, authorization_code: HeldCode) -> Person | None:
        person: Person | None = self.server.facts.person
        return person


class RefreshGrant(RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ALL_METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> HeldToken | None:
        found: RefreshToken | None = self.server.facts.refresh
        client: Client = self.request.client.client
        return HeldToken(found, self.server.facts, client) if found and _holds(self.server, found, client) else None

    def authenticate_user(self, refresh_token: HeldToken) -> Person | None:
        person: Person | None = self.server.facts.person
        return person

    def revoke_old_credential(self, refresh_token: HeldToken) -> None:
        assert isinstance(refresh_token.token, RefreshToken), "authenticate_refresh_token gave it"
        self.server.effects.spent.append(refresh_token.token.token_hash)


class ServiceGrant(ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = SECRET_METHODS


class Pkce(CodeChallenge):
    """Nothing goes without it, for clients with a secret either (OAuth 2.1, 7.5.1)."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]

    def validate_code_challenge(self, grant: CodeGrant, redirect_uri: str | None) -> None:
        if grant.request.payload.data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("A 'code_challenge' with the 'code_challenge_method' S256 is needed.")
        super().validate_code_challenge(grant, redirect_uri)

    def get_authorization_code_challenge_method(self, authorization_code: HeldCode) -> str:
        return "S256"


class IdToken(OpenIDCode):
    """Who the user is, signed, where a client may know."""

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self._facts = facts

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
        """The nonce is the client's to check; a code is used once anyway."""
        return False

    def resolve_client_private_key(self, client: OAuthClient) -> Any:
        return self._key.private

    def get_encode_header(self, client: OAuthClient) -> dict[str, str]:
        return {"alg": "RS256", "kid": self._key.id, "typ": "JWT"}

    def get_client_algorithm(self, client: OAuthClient) -> str:
        return "RS256"

    def get_client_claims(self, client: OAuthClient) -> dict[str, Any]:
        now_s = int(self._facts.now.timestamp())
        held = self._facts.code or self._facts.refresh
        proved = held.grant.authenticated_at if held else None
        return {
            "iss": self._facts.issuer,
            "aud": client.get_client_id(),
            "iat": now_s,
            "exp": now_s + int(ACCESS_LIFETIME.total_seconds()),
            "auth_time": int((proved or self._facts.now).timestamp()),
        }

    def generate_user_info(self, user: Person, scope: str) -> dict[str, Any]:
        return user_claims(user, scope.split())

    @property
    def _key(self) -> SigningKey:
        assert self._facts.key is not None, "a key is loaded with every code and refresh token"
        return self._facts.key


def _holds(server: Any, found: Code | RefreshToken, client: Client) -> bool:
    if found.grant.client_id != client.id:
        return False
    if found.is_used:
        server.effects.revoked_grants.append(found.grant.id)
    ends_at = min(found.expires_at, found.grant.created_at + GRANT_LIFETIME)
    is_over = found.is_used or found.grant.is_revoked or ends_at <= server.facts.now
    return not is_over and bool(still_granted(found.grant, client))
