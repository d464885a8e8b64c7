"""Programs of the tests that get tokens of a site by OAuth, without a browser: what a user decides is given."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from tests.trellis.api.sites import Site
from trellis.api.oauth import read_asked
from trellis.security.actor import Actor
from trellis.security.oauth.authorize import Leave, Question, answer, ask
from trellis.security.oauth.endpoints import issuer_of
from trellis.security.users import User

VERIFIER = "a-verifier-that-nobody-guesses-0123456789-abcdef"
REDIRECT = "https://client.example/callback"
CLIENTS = "/api/v1/oauth/clients"


def challenge_of(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Program:
    """A client of a site. `secret` None: a public one."""

    site: Site
    id: str
    secret: str | None

    @property
    def issuer(self) -> str:
        return issuer_of(self.site.runtime.settings.base_url, self.site.tenant.name)

    def query(self, **other: str | None) -> str:
        given = {
            "response_type": "code",
            "client_id": self.id,
            "redirect_uri": REDIRECT,
            "scope": "openid records:read",
            "state": "where I was",
            "nonce": "n-1",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
        }
        return urlencode({name: value for name, value in {**given, **other}.items() if value is not None})

    def ask(self, *, authenticated_at: datetime | None = None, **other: str | None) -> Question | Leave:
        """What the administrator is asked."""
        now = datetime.now(UTC)
        asked = read_asked(self.query(**other).encode(), self.issuer)
        user_id = self.site.admin.id
        work = ask(self.site.tenant, self.issuer, asked, user_id, authenticated_at=authenticated_at or now, now=now)
        return self.site.run(work)

    def granted(
        self, *, is_granted: bool = True, user: User | None = None, now: datetime | None = None, **other: str | None
    ) -> dict[str, str]:
        """What comes back to the program when the administrator, or the user, has decided."""
        now = now or datetime.now(UTC)
        asked = read_asked(self.query(**other).encode(), self.issuer)
        options: dict[str, Any] = {"is_granted": is_granted, "authenticated_at": now, "now": now}
        left = self.site.run(answer(self.site.tenant, self.issuer, asked, _actor(user or self.site.admin), **options))
        assert left.location.startswith(f"{REDIRECT}?")
        return dict(parse_qsl(urlsplit(left.location).query))

    def post(self, endpoint: str, *, auth: tuple[str, str] | None = None, **values: str) -> httpx.Response:
        """With its secret by HTTP Basic, or as a public client by its name."""
        headers = {}
        if self.secret is not None or auth:
            name, secret = auth or (self.id, self.secret or "")
            headers["Authorization"] = httpx.BasicAuth(name, secret)._auth_header
        else:
            values = {"client_id": self.id, **values}
        path = f"/oauth/{self.site.tenant.name}/{endpoint}"
        return self.site.request("POST", path, token=None, headers=headers, data=values)

    def redeem(self, code: str, *, verifier: str = VERIFIER, **other: str) -> httpx.Response:
        values = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, **other}
        return self.post("token", code=code, code_verifier=verifier, **values)

    def tokens(self, scope: str = "openid records:read", *, user: User | None = None) -> dict[str, Any]:
        answered = self.redeem(self.granted(scope=scope, user=user)["code"])
        assert answered.status_code == 200, answered.text
        found: dict[str, Any] = answered.json()
        return found

    def refresh(self, token: str, **other: str) -> httpx.Response:
        return self.post("token", grant_type="refresh_token", refresh_token=token, **other)


def _actor(user: User) -> Actor:
    return Actor(user_id=user.id, name=user.name, email=user.email, is_admin=user.is_admin, channel="web")


def register(site: Site, kind: str = "confidential", scopes: str = "openid records:read", **other: Any) -> Program:
    body = {"name": f"A {kind} program", "kind": kind, "scopes": scopes.split(), **other}
    if kind != "service":
        body.setdefault("redirect_uris", [REDIRECT])
    answered = site.post(CLIENTS, body)
    assert answered.status_code == 201, answered.text
    made = answered.json()
    return Program(site, made["id"], made.get("secret"))
