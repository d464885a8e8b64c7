"""Where a tenant's authorization server is, and the documents by which programs find it (RFC 8414, OpenID Connect Discovery). Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from trellis.security.oauth.model import IDENTITY_SCOPES
from trellis.security.scopes import KEY_SCOPES

ADDRESS = "/oauth"


def issuer_of(base_url: str, tenant_name: str) -> str:
    """Every tenant is an issuer of its own, with keys of its own."""
    return f"{base_url.rstrip('/')}{ADDRESS}/{tenant_name}"


def describe_server(issuer: str, languages: Collection[str]) -> dict[str, Any]:
    """The metadata of the authorization server."""
    secrets = ["client_secret_basic", "client_secret_post"]
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks",
        "revocation_endpoint": f"{issuer}/revoke",
        "introspection_endpoint": f"{issuer}/introspect",
        "scopes_supported": [*IDENTITY_SCOPES, *KEY_SCOPES],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "token_endpoint_auth_methods_supported": [*secrets, "none"],
        "revocation_endpoint_auth_methods_supported": [*secrets, "none"],
        "introspection_endpoint_auth_methods_supported": secrets,
        "code_challenge_methods_supported": ["S256"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": [
            *("sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "at_hash"),
            *("name", "preferred_username", "locale", "zoneinfo", "updated_at", "email"),
        ],
        "ui_locales_supported": list(languages),
        "prompt_values_supported": ["none", "login", "consent"],
        "authorization_response_iss_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }
