"""What a handler is given: the request as it came, and who calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope

from trellis.api.body import MAX_BODY_BYTES, check_media_type, parse_json, read_body
from trellis.api.parameters import parse_parameters
from trellis.errors import InvalidRequest
from trellis.query.confirm import confirm_credential
from trellis.runtime import Runtime
from trellis.security.actor import Actor
from trellis.security.identity import Identity
from trellis.tenancy.tenant import Tenant


class Request:
    """A request, before anybody asked who sent it. Its body is received once, however often it is read."""

    __slots__ = ("_body", "_receive", "runtime", "scope")

    def __init__(self, runtime: Runtime, scope: Scope, receive: Receive) -> None:
        self.runtime = runtime
        self.scope = scope
        self._receive = receive
        self._body: bytes | None = None

    @property
    def path(self) -> Mapping[str, str]:
        """The named parts of the address."""
        parts: Mapping[str, str] = self.scope["path_params"]
        return parts

    @property
    def query_string(self) -> bytes:
        return bytes(self.scope["query_string"])

    def header(self, name: bytes) -> str | None:
        """The first header of that lower-case name."""
        for key, value in self.scope["headers"]:
            if key == name:
                return str(value, "latin-1")
        return None

    async def read_json(self) -> Any:
        """Raises UnsupportedMediaType, BodyTooLarge, InvalidJson."""
        if self._body is None:
            check_media_type(self.scope)
            self._body = await read_body(self.scope, self._receive)
        return parse_json(self._body)

    async def read_bytes(self, *, max_bytes: int = MAX_BODY_BYTES) -> bytes:
        """The body as it came. Raises BodyTooLarge."""
        if self._body is None:
            self._body = await read_body(self.scope, self._receive, max_bytes=max_bytes)
        return self._body

    async def read_object(self) -> dict[str, Any]:
        """The body as a JSON object."""
        value = await self.read_json()
        if not isinstance(value, dict):
            raise InvalidRequest("The body must be a JSON object.")
        return value

    async def read_optional_object(self) -> dict[str, Any]:
        """The body as a JSON object; an empty one when there is no body."""
        if self.header(b"content-type") is None and self.header(b"content-length") in (None, "0"):
            return {}
        return await self.read_object()

    def accept_no_parameters(self) -> None:
        """Raises UnknownParameter when there is a query string."""
        if self.query_string:
            parse_parameters(self.query_string, ())


@dataclass(frozen=True, slots=True)
class Call:
    """A request by somebody known."""

    request: Request
    identity: Identity

    @property
    def runtime(self) -> Runtime:
        return self.request.runtime

    @property
    def path(self) -> Mapping[str, str]:
        return self.request.path

    @property
    def tenant(self) -> Tenant:
        return self.identity.tenant

    @property
    def actor(self) -> Actor:
        return self.identity.actor

    async def confirm(self) -> None:
        """Asks the database whether the credential still holds; an idle session stays idle by that. Raises NotAuthenticated."""
        await confirm_credential(self.tenant.database, self.actor, now=datetime.now(UTC))


def json_response(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(value), status, headers=headers, media_type="application/json")
