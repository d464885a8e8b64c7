"""What OAuth here is about: clients, what users granted to them, and the codes and tokens that hang on a grant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

ClientKind = Literal["confidential", "public", "service"]
"""`confidential` acts for users and keeps a secret; `public` acts for users and runs where no secret keeps, such as in a browser or on a
phone; `service` acts by itself, as one user that it is given."""
KINDS: tuple[ClientKind, ...] = ("confidential", "public", "service")

OPENID, PROFILE, EMAIL, OFFLINE = "openid", "profile", "email", "offline_access"
IDENTITY_SCOPES = (OPENID, PROFILE, EMAIL, OFFLINE)
"""Scopes that are about who a user is, and about going on when the user is away. The others are those of API keys."""

CODE_LIFETIME = timedelta(seconds=60)
ACCESS_LIFETIME = timedelta(hours=1)
REFRESH_LIFETIME = timedelta(days=30)
GRANT_LIFETIME = timedelta(days=180)
"""However often a grant is refreshed: then the user is asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A program that may ask for tokens. `redirect_uris`: where answers may go, compared as texts; `service_user`: the user that a
    service acts as."""

    id: str
    name: str
    kind: ClientKind
    secret_hash: str | None
    redirect_uris: tuple[str, ...]
    scopes: frozenset[str]
    service_user: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What one user let one client do, once. `authenticated_at`: when the user had proved who they are; None for a service."""

    id: str
    client_id: str
    user_id: str
    scopes: frozenset[str]
    created_at: datetime
    authenticated_at: datetime | None
    is_revoked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """An authorization code, by its hash. `challenge`: of PKCE, always by S256."""

    code_hash: str
    grant: Grant
    redirect_uri: str
    nonce: str | None
    challenge: str
    expires_at: datetime
    is_used: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshToken:
    """Works once; the next one takes its place."""

    token_hash: str
    grant: Grant
    created_at: datetime
    expires_at: datetime
    is_used: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """A credential of the kind "oauth", and the grant that it was issued under."""

    credential_id: str
    grant: Grant
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime
    is_revoked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The user of a grant, as long as they may come in."""

    id: str
    username: str
    name: str
    email: str
    language: str
    time_zone: str
    updated_at: datetime
