"""A user -> the claims of OpenID Connect that scopes ask for. Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from trellis.security.oauth.model import EMAIL, PROFILE, Person


def user_claims(person: Person, scopes: Collection[str]) -> dict[str, Any]:
    """`sub` is the id of the user, which never changes."""
    claims: dict[str, Any] = {"sub": person.id}
    if PROFILE in scopes:
        claims |= {
            "name": person.name,
            "preferred_username": person.username,
            "locale": person.language,
            "zoneinfo": person.time_zone,
            "updated_at": int(person.updated_at.timestamp()),
        }
    if EMAIL in scopes:
        claims["email"] = person.email
    return claims
