"""Which names this server answers to. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from trellis.edge.errors import WrongHost

_HOST = re.compile(r"(?P<name>[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_NAME = re.compile(r"(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]")


def parse_hosts(text: str) -> tuple[str, ...]:
    """ "crm.example.com, *.crm.example.com" as names; blank: none. Raises ValueError saying which part is none."""
    names = tuple(part.strip().lower() for part in text.split(",") if part.strip())
    for name in names:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no host name such as crm.example.com or *.example.com, without a port")
    return names


def check_host(headers: Iterable[tuple[bytes, bytes]], allowed: Sequence[str]) -> str:
    """The request's host in lower case, with its port. `allowed`: names, *.example.com for all below; none: any that is well-formed.
    Raises WrongHost."""
    given = [value for name, value in headers if name == b"host"]
    host = given[0].decode("latin-1").lower() if len(given) == 1 else ""
    match = _HOST.fullmatch(host)
    if match is None:
        raise WrongHost("The request must name one host.", hint="Send one Host header, such as crm.example.com.")
    name = match["name"]
    if allowed and not any(name == one or (one.startswith("*.") and name.endswith(one[1:])) for one in allowed):
        raise WrongHost(
            f"This server is not {name[:100]}.", hint="The operator names its hosts in TRELLIS_ALLOWED_HOSTS."
        )
    return host
