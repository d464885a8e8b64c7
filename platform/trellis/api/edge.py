"""The outermost layer: a request id, the security headers, one log line, and no traceback to anybody."""

from __future__ import annotations

import logging
import re
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trellis.api.problem_pages import answer_problem
from trellis.api.problems import unexpected_problem
from trellis.ids import new_id

log = logging.getLogger("trellis.http")

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


class Edge:
    """Gives every answer its headers. `scope["trellis.request_id"]` is the caller's X-Request-Id if it is fit to log, else a new one."""

    def __init__(self, app: ASGIApp, *, is_https: bool) -> None:
        self._app = app
        self._headers = (*SECURITY_HEADERS, STRICT_TRANSPORT) if is_https else SECURITY_HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope["trellis.request_id"] = request_id
        started = time.perf_counter()
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = self._complete(message.get("headers", ()), request_id)
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception:
            log.exception("%s %s failed, request_id=%s", scope["method"], scope["path"], request_id)
            if status:
                raise
            await answer_problem(unexpected_problem(), scope)(scope, receive, send_with_headers)
        finally:
            if log.isEnabledFor(logging.INFO):
                spent_ms = (time.perf_counter() - started) * 1000
                log.info("%s %s %d %.1fms request_id=%s", scope["method"], scope["path"], status, spent_ms, request_id)

    def _complete(self, headers: object, request_id: str) -> list[tuple[bytes, bytes]]:
        given: list[tuple[bytes, bytes]] = list(headers)  # type: ignore[call-overload]  # ASGI says: an iterable of pairs
        names = {name for name, _ in given}
        given.extend(header for header in self._headers if header[0] not in names)
        given.append((b"x-request-id", request_id.encode("ascii")))
        return given


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            return str(value, "ascii")
    return new_id()
