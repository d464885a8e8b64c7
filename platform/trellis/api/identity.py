"""A request's headers -> who calls. An API key comes as a bearer token, a session as a cookie; a session's writes show its CSRF token."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import Scope

from trellis.api.errors import CsrfRefused
from trellis.errors import AccessDenied, NotAuthenticated
from trellis.runtime import Runtime
from trellis.security.api_keys import is_within
from trellis.security.credentials import Begun
from trellis.security.identity import Identities, Identity
from trellis.settings import Settings

SESSION_COOKIE = "trellis_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """What the request shows: a token, whether it came as a cookie, and the CSRF header if any."""

    token: str
    is_cookie: bool
    csrf_token: str | None


def find_presented(scope: Scope) -> Presented | None:
    """The credential in the headers; a bearer token wins over a cookie. None when there is neither."""
    bearer = cookie = csrf_token = None
    for name, value in scope["headers"]:
        if name == b"authorization":
            bearer = _bearer_token(value.decode("latin-1"))
        elif name == b"cookie" and cookie is None:
            cookie = cookie_parser(value.decode("latin-1")).get(SESSION_COOKIE)
        elif name == b"x-csrf-token":
            csrf_token = value.decode("latin-1")
    token = bearer or cookie
    return Presented(token=token, is_cookie=bearer is None, csrf_token=csrf_token) if token else None


def address_of(scope: Scope) -> str:
    """The network address that a request comes from, "" for unknown."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def begun_at(scope: Scope) -> Begun:
    """Where a request that signs somebody in comes from."""
    agents = (value.decode("latin-1") for name, value in scope["headers"] if name == b"user-agent")
    return Begun(address=address_of(scope), agent=next(agents, ""))


async def identify_request(scope: Scope, identities: Identities, *, fresh: bool, is_use: bool = True) -> Identity:
    """Who calls, with the CSRF check done for writes by session, and from a network that the credential may be used from. Raises
    NotAuthenticated, CsrfRefused, AccessDenied."""
    presented = find_presented(scope)
    if presented is None:
        raise NotAuthenticated(
            "This needs a signed-in user.",
            hint="Send Authorization: Bearer with an API key, or sign in at POST /api/v1/session.",
        )
    identity = await identities.identify(presented.token, fresh=fresh, is_use=is_use)
    if presented.is_cookie and identity.kind != "session":
        raise NotAuthenticated("The session cookie holds no session.", hint="Send an API key as a bearer token.")
    if identity.networks and not is_within(address_of(scope), identity.networks):
        raise AccessDenied(
            f"This API key may not be used from {address_of(scope)}.", hint="Its owner chose the networks."
        )
    if presented.is_cookie and scope["method"] not in SAFE_METHODS:
        check_csrf(identity, presented.csrf_token)
    return identity


def check_csrf(identity: Identity, shown: str | None) -> None:
    """Raises CsrfRefused unless `shown` is the session's own token."""
    expected = identity.csrf_token or ""
    if not expected or not hmac.compare_digest(expected.encode(), (shown or "").encode("utf-8", "surrogatepass")):
        raise CsrfRefused(
            "A session's write must show its CSRF token.",
            hint="Send the csrf_token that signing in gave as X-CSRF-Token, or as csrf_token in a form.",
        )


def set_session_cookie(response: Response, token: str, settings: Settings) -> None:
    max_age_s = settings.session_hours * 3600
    response.set_cookie(
        SESSION_COOKIE, token, max_age=max_age_s, httponly=True, samesite="lax", secure=settings.secure_cookies
    )


async def renew_session_cookie(response: Response, identity: Identity, runtime: Runtime) -> None:
    """Gives the browser the session's next token, when it is time for that."""
    if identity.is_renewal_due and (token := await runtime.identities.renew_token(identity)):
        set_session_cookie(response, token, runtime.settings)


def delete_session_cookie(response: Response, settings: Settings) -> None:
    """Also what pages put into the browser's storage. Its cache stays: no page is in it, and clearing it takes browsers seconds."""
    response.headers["clear-site-data"] = '"storage"'
    response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax", secure=settings.secure_cookies)


def _bearer_token(header: str) -> str:
    """Raises NotAuthenticated for any other scheme: a caller who meant to authenticate must not pass as somebody else."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotAuthenticated(
            "The Authorization header is not a bearer token.", hint="Send Authorization: Bearer <API key>."
        )
    return token.strip()
