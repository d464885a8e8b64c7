"""Cookies on the wire. By HTTPS ours are called __Host-…, which only this very host can set, and only by HTTPS: no sister site can put a
session of its own under ours. Handlers know them by their plain names. Pure."""

from __future__ import annotations

from collections.abc import Iterable

PREFIX = b"__Host-"
OURS = b"trellis_"

Headers = list[tuple[bytes, bytes]]


def received(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """A request's headers by HTTPS, its cookies under their plain names. Those that came under a plain name are not ours."""
    return [(name, _plain(value)) if name == b"cookie" else (name, value) for name, value in headers]


def sent(headers: Iterable[tuple[bytes, bytes]], *, is_https: bool) -> Headers:
    """An answer's headers, its cookies guarded: for this host alone, not sent along by other sites and, by HTTPS, never without it."""
    return [
        (name, _guarded(value, is_https=is_https)) if name.lower() == b"set-cookie" else (name, value)
        for name, value in headers
    ]


def _plain(value: bytes) -> bytes:
    kept = []
    for part in value.split(b";"):
        cookie = part.strip()
        if cookie.startswith(PREFIX + OURS):
            kept.append(cookie[len(PREFIX) :])
        elif not cookie.startswith(OURS):
            kept.append(cookie)
    return b"; ".join(kept)


def _guarded(value: bytes, *, is_https: bool) -> bytes:
    cookie, *attributes = (part.strip() for part in value.split(b";"))
    given = {attribute.partition(b"=")[0].lower(): attribute for attribute in attributes if attribute}
    given.pop(b"domain", None)
    given[b"path"] = b"Path=/"
    given.setdefault(b"samesite", b"SameSite=Lax")
    given.setdefault(b"httponly", b"HttpOnly")
    if is_https:
        given[b"secure"] = b"Secure"
        cookie = PREFIX + cookie.removeprefix(PREFIX) if cookie.removeprefix(PREFIX).startswith(OURS) else cookie
    return b"; ".join((cookie, *given.values()))
