"""Who a request comes from, as far as proxies may say so."""

from __future__ import annotations

import pytest

from trellis.edge.proxies import Origin, find_origin
from trellis.outbound.addresses import parse_networks

TRUSTED = parse_networks("10.0.0.0/8, fd00::/8")
FOR, PROTO = b"x-forwarded-for", b"x-forwarded-proto"


@pytest.mark.parametrize(
    ("headers", "peer", "expected"),
    [
        ([(FOR, b"1.2.3.4"), (PROTO, b"https")], "8.8.8.8", ("8.8.8.8", "http")),
        ([(FOR, b"1.2.3.4"), (PROTO, b"https")], "10.0.0.1", ("1.2.3.4", "https")),
        ([(FOR, b"6.6.6.6, 1.2.3.4, 10.0.0.9")], "10.0.0.1", ("1.2.3.4", "http")),
        ([(FOR, b"6.6.6.6"), (FOR, b"1.2.3.4")], "10.0.0.1", ("1.2.3.4", "http")),
        ([(FOR, b"10.0.0.7, 10.0.0.8")], "10.0.0.1", ("10.0.0.7", "http")),
        ([(FOR, b"6.6.6.6, nonsense")], "10.0.0.1", ("10.0.0.1", "http")),
        ([(FOR, b"2001:db8::1")], "fd00::1", ("2001:db8::1", "http")),
        ([(PROTO, b"https, http")], "10.0.0.1", ("10.0.0.1", "http")),
        ([(PROTO, b"javascript")], "10.0.0.1", ("10.0.0.1", "http")),
        ([(FOR, b"1.2.3.4")], "", ("", "http")),
    ],
    ids=[
        "not ours",
        "ours",
        "chain",
        "two headers",
        "all ours",
        "cut at nonsense",
        "IPv6",
        "the last",
        "no scheme",
        "nobody",
    ],
)
def test_only_proxies_that_are_named_are_believed(
    headers: list[tuple[bytes, bytes]], peer: str, expected: tuple[str, str]
) -> None:
    found = find_origin(headers, peer, "http", TRUSTED)
    assert (found.address, found.scheme) == expected


def test_without_a_named_proxy_nobody_is_believed() -> None:
    headers = [(FOR, b"1.2.3.4"), (PROTO, b"https")]
    assert find_origin(headers, "127.0.0.1", "http", ()) == Origin(address="127.0.0.1", scheme="http")
