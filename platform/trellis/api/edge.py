"""The outermost layer: who may be believed and how much may come, a request id, the security headers, one log line, and no traceback to
anybody."""

from __future__ import annotations

import logging
import re
import time
from urllib.parse import quote, urlsplit

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trellis.api.problem_pages import answer_problem, wants_page
from trellis.api.problems import Problem, describe_error, describe_http_error, unexpected_problem
from trellis.edge import cookies
from trellis.edge.arrivals import Arrival
from trellis.edge.counts import build_rate_limits
from trellis.edge.errors import HttpsRequired
from trellis.edge.headers import completed
from trellis.edge.hosts import check_host, parse_hosts
from trellis.edge.proxies import FORWARDED_FOR, Origin, find_origin
from trellis.edge.rates import CALLER, COUNTED, LIMITS, count_address, rate_headers
from trellis.edge.redaction import one_line, redacted
from trellis.edge.sharing import PREFLIGHT_HEADERS, is_preflight, sharing_headers
from trellis.edge.sites import check_site, find_other_site
from trellis.errors import InvalidSettings, TrellisError
from trellis.ids import new_id
from trellis.outbound.addresses import parse_networks
from trellis.settings import Settings

log = logging.getLogger("trellis.http")

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
# Answered whoever asks, however often: what watches the server, and the files of its pages.
HEALTH = "/health"
UNCOUNTED = (HEALTH, "/static/")
# Logged whether or not other requests are: somebody tried what they may not, or too often, or sent what no page of ours sends.
REFUSALS = (400, 401, 403, 413, 415, 421, 429)
UNEXPECTED = 500
LOG_LINE = "%s %s from=%s by=%s %d %.1fms request_id=%s"
LOG_NAMES = ("method", "path", "from", "by", "status", "spent_ms", "request_id")


class Edge:
    """What is not refused goes on to the application, with these in its scope: `trellis.request_id`, the caller's X-Request-Id if it is fit
    to log, else a new one; `trellis.other_site`: the origin of another site whose page had the browser send it, else None; `client` and
    `scheme` as proxies that are believed say."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        """Raises InvalidSettings."""
        self._app = app
        self._settings = settings
        self._limits = build_rate_limits(settings)
        self._base = urlsplit(settings.base_url)
        self._has_warned = False
        try:
            self._trusted = parse_networks(settings.trusted_proxies)
            self._hosts = parse_hosts(settings.allowed_hosts)
        except ValueError as error:
            raise InvalidSettings(str(error)) from error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answering = _Answering(scope, send)
        started = time.perf_counter()
        try:
            response = await self._refusal(scope)
            if response is None:
                arrival = Arrival(receive, seconds=self._settings.body_seconds)
                await self._app(scope, arrival.receive, answering.send)
            else:
                await response(scope, receive, answering.send)
        except Exception as error:
            problem = _problem_of(error, scope)
            if problem.status == UNEXPECTED:
                path = one_line(redacted(scope["path"]))
                log.exception("%s %s failed, request_id=%s", scope["method"], path, answering.request_id)
            if answering.status:
                raise
            await answer_problem(problem, scope)(scope, receive, answering.send)
        finally:
            level = logging.WARNING if answering.status in REFUSALS else logging.INFO
            if log.isEnabledFor(level):
                spent_ms = round((time.perf_counter() - started) * 1000, 1)
                told = (*_told(scope), answering.status, spent_ms, answering.request_id)
                log.log(level, LOG_LINE, *told, extra={"request": dict(zip(LOG_NAMES, told, strict=True))})

    async def _refusal(self, scope: Scope) -> Response | None:
        """What is answered instead of the application. Completes the scope."""
        origin = self._believe(scope)
        scope["trellis.is_https"] = is_https = self._settings.is_https or origin.scheme == "https"
        if is_https:
            scope["headers"] = cookies.received(scope["headers"])
        scope["trellis.other_site"] = None
        if scope["path"] == HEALTH:
            return None
        try:
            await self._check(scope, origin.address)
            if origin.is_believed and origin.scheme == "http" and self._base.scheme == "https":
                return self._lead_to_https(scope)
        except TrellisError as error:
            return answer_problem(describe_error(error), scope)
        return Response(status_code=204, headers=PREFLIGHT_HEADERS) if is_preflight(scope) else None

    def _believe(self, scope: Scope) -> Origin:
        """Where it comes from, which the scope then says, too."""
        client = scope.get("client")
        peer = str(client[0]) if client else ""
        origin = find_origin(scope["headers"], peer, scope.get("scheme", "http"), self._trusted)
        scope["scheme"] = origin.scheme
        if origin.is_believed:
            scope["client"] = (origin.address, 0)
        elif not self._has_warned and any(name == FORWARDED_FOR for name, _ in scope["headers"]):
            self._has_warned = True
            log.warning(
                "%s says for whom it asks, but TRELLIS_TRUSTED_PROXIES does not name it: that is passed over", peer
            )
        return origin

    def _lead_to_https(self, scope: Scope) -> Response:
        """People go on where they belong; programs hear of it, so that no token goes in the open unnoticed. Raises HttpsRequired."""
        if scope["method"] not in ("GET", "HEAD") or not wants_page(scope):
            raise HttpsRequired(
                "This server is reached by https:// only.",
                hint="What you sent came in the open: replace the token in it.",
            )
        path = scope.get("raw_path") or quote(scope["path"]).encode("ascii")
        query = b"?" + scope["query_string"] if scope["query_string"] else b""
        return RedirectResponse(f"https://{self._base.netloc}" + (path + query).decode("latin-1"), 308)

    async def _check(self, scope: Scope, address: str) -> None:
        headers = dict(scope["headers"])
        host = check_host(scope["headers"], self._hosts)
        scope["trellis.other_site"] = other = find_other_site(headers, host, self._settings.base_url)
        check_site(scope["method"], scope["path"], headers, other)
        if self._limits is not None and not scope["path"].startswith(UNCOUNTED):
            scope[LIMITS] = self._limits
            await count_address(self._limits, scope, address)


class _Answering:
    """`send` in place of the server's own: completes the headers of the answer."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.status = 0
        self.request_id = scope["trellis.request_id"] = _request_id(scope)
        self._scope = scope
        self._send = send

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = self._headers(list(message.get("headers", ())))
        await self._send(message)

    def _headers(self, given: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        is_https: bool = self._scope.get("trellis.is_https", False)
        headers = completed(cookies.sent(given, is_https=is_https), is_https=is_https)
        headers += rate_headers(self._scope.get(COUNTED, ()))
        headers += sharing_headers(self._scope, self.status)
        headers.append((b"x-request-id", self.request_id.encode("ascii")))
        return headers


def _problem_of(error: Exception, scope: Scope) -> Problem:
    """What is told of an error that the application did not answer itself: of a fault of ours nothing but that it is one."""
    if isinstance(error, HTTPException):
        return describe_http_error(error, scope["path"])
    problem = describe_error(error) if isinstance(error, TrellisError) else unexpected_problem()
    return problem if problem.status != UNEXPECTED else unexpected_problem()


def _told(scope: Scope) -> tuple[str, str, str, str]:
    """Method and path, the address that sent it, and the caller, as far as known."""
    client = scope.get("client")
    return scope["method"], one_line(redacted(scope["path"])), client[0] if client else "-", scope.get(CALLER, "-")


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            return str(value, "ascii")
    return new_id()
