"""Which other sites' scripts may use the API (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol): those that the tenant's
organization.yaml names, with a token that they bring themselves. Never with the cookies of whoever sits at the browser.

Which tenant a request is for, its token says; a browser's question beforehand brings none. So that is always answered with yes, which gives
nobody anything: the request itself is refused before it does or tells anything.
"""

from __future__ import annotations

import re

from starlette.types import Scope

from trellis.edge.errors import OriginRefused
from trellis.edge.sites import TOKENS
from trellis.security.identity import Identity

SHARED = re.compile(r"/api/.*|/oauth/[^/]+/(token|revoke|userinfo)", re.DOTALL)
ALLOWED = "trellis.allowed_origin"
ANY = "*"
PREFLIGHT_HEADERS = {
    "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
    "access-control-allow-headers": "authorization, content-type, idempotency-key, if-match, if-none-match, x-request-id",
    "access-control-max-age": "600",
}
_EXPOSED = b"etag, location, ratelimit, ratelimit-policy, retry-after, x-request-id"


def is_preflight(scope: Scope) -> bool:
    """Whether a browser asks if a script of another site may send a request. Then any site may ask."""
    if scope["method"] != "OPTIONS" or scope.get("trellis.other_site") is None or not SHARED.fullmatch(scope["path"]):
        return False
    is_asking = any(name == b"access-control-request-method" for name, _ in scope["headers"])
    if is_asking:
        scope[ALLOWED] = scope["trellis.other_site"]
    return is_asking


async def check_origin(scope: Scope, identity: Identity) -> None:
    """Before anything is done for a script of another site. What a session's cookie came with is answered, but no script gets to read it.
    Raises OriginRefused."""
    origin = scope.get("trellis.other_site")
    if origin is None or identity.kind == "session":
        return
    allowed = (await identity.tenant.compiled()).model.organization.allowed_origins
    if origin not in allowed and ANY not in allowed:
        raise OriginRefused(
            f"Scripts of {origin[:200]} may not use the API of this tenant.",
            hint="An administrator can add the site to allowed_origins in organization.yaml.",
        )
    scope[ALLOWED] = origin


def sharing_headers(scope: Scope, status: int) -> list[tuple[bytes, bytes]]:
    """That the script may read the answer: where its site is allowed; where nobody is known, so that it can say so; and where programs get
    tokens, which no cookie gets them."""
    other_site, path = scope.get("trellis.other_site"), scope["path"]
    if other_site is None or not SHARED.fullmatch(path):
        return []
    origin = scope.get(ALLOWED) or (other_site if status == 401 or TOKENS.fullmatch(path) else None)
    vary = (b"vary", b"Origin")
    if origin is None:
        return [vary]
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-expose-headers", _EXPOSED),
        vary,
    ]
