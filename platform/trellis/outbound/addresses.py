"""Which network addresses a request on behalf of a tenant may go to. Pure.

A tenant's administrator writes the web addresses, so a private one would let them reach into the operator's own network: a database, a
cloud's metadata service. What an address is called does not count, only where it leads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Ways to write an IPv4 address inside an IPv6 one, with the bits that stand behind it.
_TRANSLATED = ((IPv6Network("64:ff9b::/96"), 0), (IPv6Network("64:ff9b:1::/48"), 0), (IPv6Network("2002::/16"), 80))
# What the standard library counts as public in some of its versions, or for what it was once meant.
_NEVER: tuple[Network, ...] = (IPv4Network("192.0.0.0/24"), IPv6Network("2001::/32"), IPv6Network("fec0::/10"))


@dataclass(frozen=True, slots=True)
class AddressRule:
    """Public addresses, and of the others those in `allowed`."""

    allowed: tuple[Network, ...] = ()

    def permits(self, address: Address) -> bool:
        inner = _inner(address)
        if any(
            one in network for one in (address, inner) for network in self.allowed if one.version == network.version
        ):
            return True
        return all(_is_public(one) for one in (address, inner))


PUBLIC_ONLY = AddressRule()


def parse_networks(text: str) -> tuple[Network, ...]:
    """ "10.1.0.0/16, 192.168.7.9" as networks; blank: none. Raises ValueError saying which part is none."""
    found: list[Network] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        try:
            found.append(ip_network(part))
        except ValueError as error:
            raise ValueError(f"{part!r} is no network such as 10.1.0.0/16: {error}") from None
    return tuple(found)


def permitted(rule: AddressRule, texts: Sequence[str]) -> tuple[str, ...]:
    """Those of the addresses (as a resolver gives them) that may be connected to, in their order."""
    return tuple(text for text in dict.fromkeys(texts) if "%" not in text and rule.permits(ip_address(text)))


def _is_public(address: Address) -> bool:
    is_never = any(address in network for network in _NEVER if network.version == address.version)
    return address.is_global and not address.is_multicast and not is_never


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if int(address) < 1 << 32:  # "IPv4-compatible", ::127.0.0.1
        return IPv4Address(int(address))
    for network, shift in _TRANSLATED:
        if address in network:
            return IPv4Address(int(address) >> shift & 0xFFFFFFFF)
    return address
