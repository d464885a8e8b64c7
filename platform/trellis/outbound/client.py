"""HTTP requests to addresses that tenants write. Every request of that kind goes through here.

The name is looked up once and the connection goes to an address that was checked, so a name that leads elsewhere a moment later (DNS
rebinding) gains nothing. No redirect is followed, no proxy of the environment is used, and answers are cut off in size and time.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trellis.outbound.addresses import PUBLIC_ONLY, AddressRule

if TYPE_CHECKING:
    from trellis.outbound.connections import HttpConnections

WHOLE_S = 15.0

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundRequest:
    """`url` in full, http or https. Header names and values are latin-1 without line breaks."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`body`: its first 64 kB. `headers` by lower-case name, the last of each."""

    status: int
    headers: Mapping[str, str]
    body: bytes


async def look_up(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, by the system's resolver. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpClient:
    """`rule`: where requests may go. `tls`: whom to trust, the system's authorities when None."""

    rule: AddressRule = PUBLIC_ONLY
    resolve: Resolve = look_up
    tls: ssl.SSLContext | None = None
    whole_s: float = WHOLE_S

    def connected(self) -> AbstractAsyncContextManager[HttpConnections]:
        """Connections that requests of one batch share; closed at the end."""
        # httpcore takes a while to import, and most processes do without.
        from trellis.outbound.connections import open_connections

        return open_connections(self.rule, self.resolve, self.tls, self.whole_s)
