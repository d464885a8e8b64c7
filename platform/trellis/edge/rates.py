"""How many requests somebody may send in a while: by address before anybody is known, then by user, and by API key.

Windows lie side by side on the clock, so that a count is one addition and everybody knows when the next window begins.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple, Protocol

from starlette.types import Scope

from trellis.edge.errors import TooManyRequests
from trellis.security.identity import Identity

COUNTED = "trellis.counted"
LIMITS = "trellis.rate_limits"
CALLER = "trellis.caller"
ADDRESS, USER, KEY = "address", "user", "key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """`amount` requests in `window_s` seconds."""

    amount: int
    window_s: int


class Counted(NamedTuple):
    """What one request was counted by, as its headers tell it: `allowed` is always the same, `left` says until when."""

    allowed: str
    left: str


class Counts(Protocol):
    async def add(self, name: str, kept_s: int) -> int:
        """Counts one more under that name; gives how many there are. Names are forgotten after `kept_s` seconds."""


class RateLimits:
    """`rates` by policy; a policy without one counts nothing. `clock`: seconds since the epoch."""

    def __init__(self, rates: Mapping[str, Rate], counts: Counts, clock: Callable[[], float] = time.time) -> None:
        self._rates = dict(rates)
        self._allowed = {policy: f'"{policy}";q={rate.amount};w={rate.window_s}' for policy, rate in rates.items()}
        self._counts = counts
        self._clock = clock

    async def count(self, scope: Scope, policy: str, whom: str) -> None:
        """Counts the request, and leaves in its scope what it was counted by. Raises TooManyRequests."""
        rate = self._rates.get(policy)
        if rate is None:
            return
        window, passed_s = divmod(self._clock(), rate.window_s)
        number = await self._counts.add(f"{policy}:{int(window)}:{whom}", rate.window_s)
        reset_s = round(rate.window_s - passed_s) or 1
        left = f'"{policy}";r={max(0, rate.amount - number)};t={reset_s}'
        scope.setdefault(COUNTED, []).append(Counted(self._allowed[policy], left))
        if number > rate.amount:
            raise TooManyRequests(
                f"More than {rate.amount:,} requests in {rate.window_s} seconds by one {policy}.", reset_s
            )


async def count_address(limits: RateLimits, scope: Scope, address: str) -> None:
    await limits.count(scope, ADDRESS, _neighbourhood(address))


async def count_caller(scope: Scope, identity: Identity) -> None:
    """Once for each request, when it is known who sent it; leaves that in its scope. Raises TooManyRequests."""
    scope[CALLER] = user = f"{identity.tenant.name}.{identity.actor.user_id}"
    limits: RateLimits | None = scope.get(LIMITS)
    if limits is None:
        return
    if identity.kind != "session":
        await limits.count(scope, KEY, f"{identity.tenant.name}.{identity.actor.credential_id}")
    await limits.count(scope, USER, user)


def rate_headers(counted: Sequence[Counted]) -> list[tuple[bytes, bytes]]:
    """RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-10): what is allowed, and what is left until when."""
    if not counted:
        return []
    allowed, left = (", ".join(told) for told in zip(*counted, strict=True))
    return [(b"ratelimit-policy", allowed.encode()), (b"ratelimit", left.encode())]


@lru_cache(maxsize=10_000)
def _neighbourhood(address: str) -> str:
    """One customer's addresses count as one: of IPv6 that is a network of 64 bits."""
    try:
        found = ip_address(address)
    except ValueError:
        return "unknown"
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else str(found)
