"""The headers that every answer carries, so that browsers hold pages to what ours do. Pure."""

from __future__ import annotations

from collections.abc import Iterable

# What a page may load, by directive. Scripts and styles come from files of this site only: nothing inline, nothing evaluated.
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "object-src": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
# What no page of ours asks a browser for. Passkeys do: publickey-credentials-* are left as browsers have them, for this site alone.
_NOT_USED = (
    *(
        "accelerometer",
        "autoplay",
        "camera",
        "display-capture",
        "encrypted-media",
        "geolocation",
        "gyroscope",
        "hid",
        "magnetometer",
    ),
    *(
        "microphone",
        "midi",
        "payment",
        "picture-in-picture",
        "screen-wake-lock",
        "serial",
        "usb",
        "xr-spatial-tracking",
    ),
)
ONE_YEAR_S = 31_536_000
NEVER_KEPT = (b"cache-control", b"no-store")


def content_policy(*, form_action: Iterable[str] = ()) -> str:
    """The Content-Security-Policy of a page. `form_action`: origins that its forms lead to besides this site, by a redirect too."""
    policy = _POLICY | {"form-action": " ".join(("'self'", *form_action))}
    return "; ".join(f"{directive} {sources}" for directive, sources in policy.items())


CONTENT_SECURITY_POLICY = content_policy()
SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", ", ".join(f"{feature}=()" for feature in _NOT_USED).encode()),
    (b"x-permitted-cross-domain-policies", b"none"),
)
STRICT_TRANSPORT = (b"strict-transport-security", f"max-age={ONE_YEAR_S}; includeSubDomains".encode())


_WANTED = (*SECURITY_HEADERS, NEVER_KEPT)
_WANTED_BY_HTTPS = (*_WANTED, STRICT_TRANSPORT)
_NAMES = frozenset(name for name, _ in _WANTED_BY_HTTPS)


def completed(given: Iterable[tuple[bytes, bytes]], *, is_https: bool) -> list[tuple[bytes, bytes]]:
    """An answer's headers with those that it does not have itself. What says nothing of being kept is not kept."""
    headers = list(given)
    wanted = _WANTED_BY_HTTPS if is_https else _WANTED
    names = {name.lower() for name, _ in headers}
    if names.isdisjoint(_NAMES):
        headers.extend(wanted)
    else:
        headers.extend(header for header in wanted if header[0] not in names)
    return headers
