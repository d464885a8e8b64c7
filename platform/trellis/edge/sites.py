"""Requests that a page of another site has a browser send. Pure.

A browser says where a request was begun: Sec-Fetch-Site, or at least Origin. Programs say neither. What changes something and was begun
elsewhere is refused before anybody is asked who it is, unless it brings its own Authorization: that a browser never adds by itself. And
unless it goes where nobody is known by a cookie: to the endpoints where programs, those in browsers too, get tokens and give them back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from trellis.edge.errors import CrossSiteRefused

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
TOKENS = re.compile(r"/oauth/[^/]+/(token|revoke)")


def find_other_site(headers: Mapping[bytes, bytes], host: str, base_url: str) -> str | None:
    """The origin of the other site whose page sent this ("null" for one without a name); None for our own pages and for programs.
    `headers`: the last of each name; `host`: as the request names it; `base_url`: how people reach this server."""
    origin = headers.get(b"origin", b"").decode("latin-1").strip()
    site = headers.get(b"sec-fetch-site", b"").decode("latin-1").strip().lower()
    if site in ("same-origin", "none"):
        return None
    if site:
        return origin or "null"
    if not origin:
        return None
    own = urlsplit(base_url)
    is_own = _place(origin) in (host, own.netloc.lower())
    return None if is_own else origin


def check_site(method: str, path: str, headers: Mapping[bytes, bytes], other_site: str | None) -> None:
    """Raises CrossSiteRefused."""
    is_own_right = b"authorization" in headers or TOKENS.fullmatch(path) is not None
    if other_site is not None and method not in SAFE_METHODS and not is_own_right:
        raise CrossSiteRefused(
            "A page of another site sent this; nothing was changed.",
            hint="Scripts of other sites send Authorization: Bearer with a token.",
        )


def _place(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""
