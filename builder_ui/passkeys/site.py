"""The site that a request came to, as authenticators know it."""

from __future__ import annotations

from starlette.requests import Request

from trellis.security.passkeys.relying_party import RelyingParty, relying_party


def site_of(request: Request) -> RelyingParty | None:
    """None where browsers have no passkeys."""
    is_https = bool(request.scope.get("trellis.is_https", request.url.scheme == "https"))
    return relying_party(request.headers.get("host", ""), is_https=is_https)
