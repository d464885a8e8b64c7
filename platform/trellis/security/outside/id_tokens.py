"""An ID token -> its claims, if it is signed by the provider, for us, for this journey, and holds now. Pure, by Authlib."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from trellis.security.outside.errors import OutsideSignInFailed
from trellis.security.outside.model import Provider

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Signatures only: by a key that both know, the provider's answer could be made up here."""
CLOCKS_DIFFER_S = 120


def read_id_token(
    token: object,
    keys: Mapping[str, Any],
    provider: Provider,
    *,
    nonce: str,
    access_token: str | None,
    now: datetime,
) -> Mapping[str, Any]:
    """Raises OutsideSignInFailed."""
    if not isinstance(token, str):
        raise OutsideSignInFailed("The provider gave no ID token.")
    try:
        decoded = jwt.decode(token, _usable(keys), algorithms=ALGORITHMS)
        options = {
            "iss": {"essential": True, "value": provider.issuer},
            "aud": {"essential": True, "value": provider.client_id},
            "sub": {"essential": True},
            "exp": {"essential": True},
        }
        params = {"nonce": nonce, "client_id": provider.client_id, "access_token": access_token}
        claims = CodeIDToken(decoded.claims, decoded.header, options, params)
        claims.validate(now=int(now.timestamp()), leeway=CLOCKS_DIFFER_S)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise OutsideSignInFailed(f"The provider's ID token does not hold: {error}") from error
    subject = claims["sub"]
    if not isinstance(subject, str) or not 1 <= len(subject) <= 255 or not subject.isprintable():
        raise OutsideSignInFailed("The provider's ID token names nobody.")
    return dict(claims)


def _usable(keys: Mapping[str, Any]) -> KeySet:
    listed = keys.get("keys")
    found = [
        key
        for key in (listed if isinstance(listed, list) else [])
        if isinstance(key, dict) and key.get("kty") in ("RSA", "EC") and key.get("use", "sig") == "sig"
    ]
    return KeySet.import_key_set({"keys": found})
