"""One address of the API: its methods, who calls, and errors told as problems. A handler takes a call and gives a response."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from trellis.api.call import Call, Request
from trellis.api.errors import MethodNotAllowed
from trellis.api.identity import identify_request, renew_session_cookie
from trellis.api.problems import describe_error, render_problem
from trellis.edge.rates import count_caller
from trellis.edge.sharing import check_origin
from trellis.errors import AccessDenied, NotAuthenticated, TrellisError
from trellis.runtime import Runtime
from trellis.security.identity import Identity
from trellis.security.recent import require_recent


@dataclass(frozen=True, slots=True)
class Method:
    """How one method is answered. `is_self_checking`: the statement that the handler runs checks the credential itself, so a
    remembered identity will do. `is_personal`: it is about what is the caller's own (account, notices,
    decisions), which no scope covers.
    `is_sensitive`: with a session, only soon after its user proved who they are. `is_background`: a page that stands open asks by
    itself, which is no use of the session."""

    handler: Callable[[Call], Awaitable[Response]]
    is_self_checking: bool = False
    is_personal: bool = False
    is_sensitive: bool = False
    is_background: bool = False


@dataclass(frozen=True, slots=True)
class OpenMethod:
    """How one method is answered to anybody, signed in or not."""

    handler: Callable[[Request], Awaitable[Response]]


class Resource:
    """An ASGI application for one address. HEAD is answered as GET; the server leaves the body out."""

    def __init__(self, runtime: Runtime, methods: Mapping[str, Method | OpenMethod]) -> None:
        self._runtime = runtime
        self._methods = dict(methods)
        if "GET" in methods:
            self._methods["HEAD"] = methods["GET"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await self._answer(scope, receive)
        except TrellisError as error:
            problem = describe_error(error)
            if problem.status == 500:
                raise
            response = render_problem(problem, scope["trellis.request_id"])
        await response(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        method = self._methods.get(scope["method"])
        if method is None:
            raise MethodNotAllowed(f"{scope['method']} is not available at {scope['path']}.", tuple(self._methods))
        request = Request(self._runtime, scope, receive)
        if isinstance(method, OpenMethod):
            return await method.handler(request)
        identities, is_use = self._runtime.identities, not method.is_background
        identity = await identify_request(scope, identities, fresh=not method.is_self_checking, is_use=is_use)
        if method.is_personal and identity.actor.scopes is not None:
            raise AccessDenied("This credential is confined to scopes, and none covers what is its user's own.")
        if method.is_sensitive:
            require_recent(identity, now=datetime.now(UTC))
        response = await self._handle(method, request, identity)
        if is_use:
            await renew_session_cookie(response, identity, self._runtime)
        return response

    async def _handle(self, method: Method, request: Request, identity: Identity) -> Response:
        try:
            await count_caller(request.scope, identity)
            await check_origin(request.scope, identity)
            return await method.handler(Call(request, identity))
        except (NotAuthenticated, AccessDenied):
            if not method.is_self_checking:
                raise
            # What was remembered may no longer hold: a revoked credential raises here, other rights get another answer.
            again = await identify_request(request.scope, self._runtime.identities, fresh=True)
            if again.actor == identity.actor:
                raise
        return await method.handler(Call(request, again))
