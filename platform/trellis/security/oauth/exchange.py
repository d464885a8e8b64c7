"""What a request to the authorization server is decided on, and what follows from it: plain data, so that deciding does no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from trellis.security.oauth.keys import SigningKey
from trellis.security.oauth.model import AccessToken, Client, Code, Person, RefreshToken

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedServer:
    """A request to an endpoint of `issuer`. `values`: its parameters, each given once; `authorization`: that header, "" for none;
    `address`: where it comes from, "" for unknown."""

    method: str
    url: str
    values: Values
    authorization: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the database knows of the things that a request names. `person`: the user of the code or token, None when they may not come
    in; `key`: what ID tokens are signed with, given where one may be needed."""

    issuer: str
    tenant_name: str
    now: datetime
    client: Client | None = None
    code: Code | None = None
    refresh: RefreshToken | None = None
    access: AccessToken | None = None
    person: Person | None = None
    key: SigningKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCode:
    """A code that was given out. `scopes`: what the user granted."""

    code: str
    redirect_uri: str
    scopes: frozenset[str]
    nonce: str | None
    challenge: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTokens:
    """Tokens that were given out. `grant_id` None: to a service, as `user_id`."""

    user_id: str
    grant_id: str | None
    scopes: frozenset[str]
    access_token: str
    refresh_token: str | None


@dataclass(slots=True, kw_only=True)
class Effects:
    """What has to be written, also when the answer is a refusal. `spent`: hashes of codes and refresh tokens that were used now."""

    code: NewCode | None = None
    tokens: NewTokens | None = None
    spent: list[str] = field(default_factory=list)
    revoked_grants: list[str] = field(default_factory=list)
    revoked_credentials: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`body` as JSON, None for a redirect to the Location in `headers`."""

    status: int
    body: Mapping[str, object] | None
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a user is to be asked. `must_sign_in`: first prove again who one is; `is_settled`: granted before, and not to be asked again."""

    client: Client
    scopes: frozenset[str]
    redirect_uri: str
    must_sign_in: bool
    is_settled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Where the browser goes with the answer, or with a refusal."""

    location: str
