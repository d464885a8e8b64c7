"""The site as authenticators know it: passkeys belong to a name, not to an address. Pure."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

LOCAL = "localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class RelyingParty:
    """`id`: the host's name; `origin`: as the browser says it, such as https://crm.example.com."""

    id: str
    origin: str


def relying_party(host: str, *, is_https: bool) -> RelyingParty | None:
    """`host`: with its port, as it was checked at the edge. None where browsers have no passkeys: by an address of numbers, and without
    TLS other than on the machine itself."""
    name = host.lower().partition(":")[0]
    if not name or name.startswith("[") or _is_address(name):
        return None
    if not is_https and name != LOCAL and not name.endswith(f".{LOCAL}"):
        return None
    return RelyingParty(id=name, origin=f"{'https' if is_https else 'http'}://{host.lower()}")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
