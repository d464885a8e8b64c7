"""Which of a request's claims about where it comes from are believed: those of proxies that the operator named, and nobody else's. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from trellis.outbound.addresses import Network

FORWARDED_FOR = b"x-forwarded-for"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """`address`: of the client, "" where nobody knows; `scheme`: by which it reached the first proxy that is believed; `is_believed`:
    whether who is connected is such a proxy."""

    address: str
    scheme: str
    is_believed: bool = False


def find_origin(headers: Iterable[tuple[bytes, bytes]], peer: str, scheme: str, trusted: Sequence[Network]) -> Origin:
    """`peer`: who is connected. X-Forwarded-For is read from its end, where our own proxies wrote: the first address there that is none of
    them is the client's, whatever stands before it."""
    if not trusted or not _is_among(peer, trusted):
        return Origin(address=peer, scheme=scheme)
    forwarded_for: list[str] = []
    for name, value in headers:
        if name == FORWARDED_FOR:
            forwarded_for.extend(part.strip() for part in value.decode("latin-1").split(","))
        elif name == b"x-forwarded-proto":
            scheme = _scheme(value, scheme)
    address = peer
    for claimed in reversed(forwarded_for):
        if not _is_address(claimed):
            break
        address = claimed
        if not _is_among(claimed, trusted):
            break
    return Origin(address=address, scheme=scheme, is_believed=True)


def _scheme(value: bytes, otherwise: str) -> str:
    said = value.decode("latin-1").rpartition(",")[2].strip().lower()
    return said if said in ("http", "https") else otherwise


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_among(text: str, networks: Sequence[Network]) -> bool:
    if not _is_address(text):
        return False
    address = ip_address(text)
    return any(address in network for network in networks if network.version == address.version)
