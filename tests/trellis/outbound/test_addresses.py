"""Which addresses requests may go to."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from trellis.outbound.addresses import AddressRule, parse_networks, permitted

PUBLIC = ("93.184.216.34", "1.1.1.1", "2606:2800:220:1::1", "::ffff:1.1.1.1", "64:ff9b::101:101")
INSIDE = (
    *(
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "169.254.169.254",
    ),
    *("100.64.0.1", "192.0.0.8", "198.18.0.1", "203.0.113.5", "224.0.0.1", "224.0.1.1", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "fe80::1", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "ff0e::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
    *("2002:7f00:1::", "2002:a00:1::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2"),
)


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_are_permitted(text: str) -> None:
    assert AddressRule().permits(ip_address(text))


@pytest.mark.parametrize("text", INSIDE)
def test_addresses_inside_are_refused_however_they_are_written(text: str) -> None:
    assert not AddressRule().permits(ip_address(text))


def test_the_operator_can_allow_networks() -> None:
    rule = AddressRule(parse_networks(" 10.1.0.0/16 , 127.0.0.1,fd00::/8"))
    assert [rule.permits(ip_address(text)) for text in ("10.1.2.3", "10.2.0.1", "127.0.0.1", "127.0.0.2")] == [
        *(True, False, True, False)
    ]
    assert rule.permits(ip_address("fd12::1"))
    assert rule.permits(ip_address("::ffff:10.1.2.3")), "the same address in other letters"


def test_of_several_addresses_only_the_permitted_ones_are_left() -> None:
    assert permitted(AddressRule(), ["10.0.0.1", "1.1.1.1", "1.1.1.1", "fe80::1%eth0"]) == ("1.1.1.1",)


@pytest.mark.parametrize("text", ["10.0.0.1/8", "example.com", "10.0.0.0/33"])
def test_what_is_no_network_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="no network such as"):
        parse_networks(text)
