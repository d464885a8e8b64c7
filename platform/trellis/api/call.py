"""What a handler is given: the request as it came, and who calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope

from trellis.api.body import read_json, read_object
from trellis.api.parameters import parse_parameters
from trellis.runtime import Runtime
from trellis.security.actor import Actor
from trellis.security.identity import Identity
from trellis.tenancy.tenant import Tenant


@dataclass(frozen=True, slots=True)
class Request:
    """A request, before anybody asked who sent it."""

    runtime: Runtime
    scope: Scope
    receive: Receive

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

    async def read_json(self) -> Any:
        return await read_json(self.request.scope, self.request.receive)

    async def read_object(self) -> dict[str, Any]:
        return await read_object(self.request.scope, self.request.receive)


def json_response(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(value), status, headers=headers, media_type="application/json")
