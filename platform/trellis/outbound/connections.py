"""The connections of an HttpClient, over httpcore: where each goes is decided, and checked, when it is made."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote, urlsplit

import httpcore

from trellis.outbound.addresses import AddressRule, permitted
from trellis.outbound.client import Answer, OutboundRequest, Resolve
from trellis.outbound.errors import RequestFailed, RequestRefused

CONNECT_S = 5.0
MAX_ANSWER = 64 * 1024
MAX_CONNECTIONS = 16
USER_AGENT = "Trellis"
_FRAMING = ("host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer")
_URL_SAFE = "!#$%&'()*+,/:;=?@[]~"


@asynccontextmanager
async def open_connections(
    rule: AddressRule, resolve: Resolve, tls: ssl.SSLContext | None, whole_s: float
) -> AsyncIterator[HttpConnections]:
    backend = _CheckedBackend(rule, resolve)
    async with httpcore.AsyncConnectionPool(
        ssl_context=tls or ssl.create_default_context(), max_connections=MAX_CONNECTIONS, network_backend=backend
    ) as pool:
        yield HttpConnections(pool, whole_s)


class HttpConnections:
    def __init__(self, pool: httpcore.AsyncConnectionPool, whole_s: float) -> None:
        self._pool = pool
        self._whole_s = whole_s

    async def send(self, request: OutboundRequest) -> Answer:
        """Any status is an answer. Raises RequestRefused, RequestFailed."""
        url, headers = _address(request.url), request_headers(request)
        try:
            async with asyncio.timeout(self._whole_s):
                return await self._send(request, url, headers)
        except TimeoutError as error:
            raise RequestFailed(f"{_host(url)} did not answer within {self._whole_s:g} s") from error
        except httpcore.TimeoutException as error:
            raise RequestFailed(f"{_host(url)} did not answer in time") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            raise RequestFailed(f"{_host(url)}: {_said(error)}") from error

    async def _send(self, request: OutboundRequest, url: httpcore.URL, headers: list[tuple[bytes, bytes]]) -> Answer:
        limits = {
            "timeout": {"connect": CONNECT_S, "read": self._whole_s, "write": self._whole_s, "pool": self._whole_s}
        }
        async with self._pool.stream(
            request.method, url, headers=headers, content=request.body, extensions=limits
        ) as response:
            body = bytearray()
            async for part in response.aiter_stream():
                body += part
                if len(body) >= MAX_ANSWER:
                    break
            found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            return Answer(status=response.status, headers=found, body=bytes(body[:MAX_ANSWER]))


class _CheckedBackend(httpcore.AsyncNetworkBackend):
    """Connects to an address that was checked. TLS is still about the name, which httpcore keeps."""

    def __init__(self, rule: AddressRule, resolve: Resolve) -> None:
        self._rule = rule
        self._resolve = resolve
        self._plain = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        name = host.strip("[]")
        try:
            async with asyncio.timeout(timeout):
                found = await self._resolve(name, port)
        except TimeoutError as error:
            raise RequestFailed(f"the name {name!r} could not be looked up in time") from error
        except (OSError, UnicodeError) as error:
            raise RequestFailed(f"the name {name!r} cannot be looked up: {_said(error)}") from error
        addresses = permitted(self._rule, found)
        if not addresses:
            raise RequestRefused(
                f"{name!r} is not a public address, and requests to it are not allowed here",
                hint="The operator allows networks by TRELLIS_OUTBOUND_ALLOWED.",
            )
        return await self._connect(addresses, port, timeout, local_address, socket_options)

    async def _connect(
        self,
        addresses: Sequence[str],
        port: int,
        timeout: float | None,
        local_address: str | None,
        socket_options: Iterable[Any] | None,
    ) -> httpcore.AsyncNetworkStream:
        """The first that takes the connection, of at most three."""
        failure: Exception | None = None
        for address in addresses[:3]:
            try:
                return await self._plain.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = failure or error
        assert failure is not None, "there was an address"
        raise failure

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        raise RequestRefused("requests do not go to sockets of this machine")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def _address(text: str) -> httpcore.URL:
    if any(ord(letter) <= 32 or ord(letter) == 127 for letter in text):
        raise RequestRefused("the web address has spaces or control characters in it")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
        if parts.scheme not in ("http", "https") or not host or parts.username is not None or port == 0:
            raise RequestRefused("the web address must look like https://example.com/path, without a user name")
        name = host.encode("idna") if not host.isascii() else host.encode("ascii")
    except (ValueError, UnicodeError) as error:
        raise RequestRefused(f"the web address cannot be read: {error}") from error
    target = quote(parts.path or "/", _URL_SAFE) + (f"?{quote(parts.query, _URL_SAFE)}" if parts.query else "")
    return httpcore.URL(scheme=parts.scheme.encode(), host=name, port=port, target=target.encode("ascii"))


def request_headers(request: OutboundRequest) -> list[tuple[bytes, bytes]]:
    """As they go out. Raises RequestRefused for what no header may hold."""
    url = _address(request.url)
    standard = 443 if url.scheme == b"https" else 80
    host = url.host if b":" not in url.host else b"[" + url.host + b"]"
    own = {"Host": (host if url.port in (None, standard) else b"%b:%d" % (host, url.port)).decode()}
    own |= {"User-Agent": USER_AGENT, "Accept": "*/*", "Content-Length": str(len(request.body))}
    given = {name: value for name, value in request.headers.items() if name.lower() not in _FRAMING}
    named = {name.lower() for name in given}
    headers = {name: value for name, value in own.items() if name.lower() not in named} | given
    encoded: list[tuple[bytes, bytes]] = []
    for name, value in headers.items():
        if not _is_header(name, value):
            raise RequestRefused(f"the header {name[:80]!r} or its value has characters that headers cannot have")
        encoded.append((name.encode("ascii"), value.encode("latin-1")))
    return encoded


def _is_header(name: str, value: str) -> bool:
    is_token = bool(name) and all(33 <= ord(one) <= 126 and one not in '"(),/:;<=>?@[\\]{}' for one in name)
    return is_token and all(one == "\t" or (32 <= ord(one) <= 255 and ord(one) != 127) for one in value)


def _host(url: httpcore.URL) -> str:
    return url.host.decode("ascii")


def _said(error: BaseException) -> str:
    """What went wrong, without the addresses and paths that some messages repeat."""
    cause = error.__cause__ or error.__context__
    text = str(error) or (str(cause) if cause else "") or type(error).__name__
    return text[:200]
