"""The settings -> the client that they ask for."""

from __future__ import annotations

from trellis.outbound.addresses import AddressRule, parse_networks
from trellis.outbound.client import HttpClient
from trellis.settings import Settings


def build_client(settings: Settings) -> HttpClient:
    """Raises ValueError for a network that is none."""
    return HttpClient(rule=AddressRule(parse_networks(settings.outbound_allowed)))
