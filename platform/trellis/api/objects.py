"""HTTP for describing objects, and for the OpenAPI document. Both change only with the revision and with what one may do."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import orjson
from starlette.responses import Response

from trellis.api.call import Call
from trellis.api.describe import describe_object, describe_objects
from trellis.api.etags import content_tag, is_known
from trellis.api.openapi import build_document
from trellis.query.paths import get_object as get_model_object
from trellis.security.access import require
from trellis.tenancy.compiled import CompiledModel


async def list_objects(call: Call) -> Response:
    call.request.accept_no_parameters()
    access, actor = call.runtime.access, call.actor
    return await _described(
        call,
        "objects",
        lambda compiled: {"objects": describe_objects(compiled.model, access.of(compiled.model), actor)},
    )


async def get_object(call: Call) -> Response:
    call.request.accept_no_parameters()
    access, actor, name = call.runtime.access, call.actor, call.path["object"]

    def describe(compiled: CompiledModel) -> Any:
        target = get_model_object(compiled.model, name)
        granted = access.of(compiled.model)
        require(granted, actor, "read", name)
        return describe_object(compiled.model, granted, actor, target)

    return await _described(call, name, describe)


async def get_openapi(call: Call) -> Response:
    call.request.accept_no_parameters()

    def build(compiled: CompiledModel) -> Any:
        return build_document(
            compiled.model,
            call.runtime.access.of(compiled.model),
            call.actor,
            tenant=compiled.tenant,
            revision=compiled.revision,
        )

    return await _described(call, "openapi", build)


async def _described(call: Call, what: str, build: Callable[[CompiledModel], Any]) -> Response:
    """The JSON of what `build` gives, made once for each revision, shape of access and language; 304 when the caller has it."""
    compiled = await call.tenant.refresh()
    shape: Hashable = (what, call.runtime.access.of(compiled.model).shape(call.actor), call.actor.language)
    body, tag = compiled.prepared(("api.describe", shape), lambda: _tagged(orjson.dumps(build(compiled))))
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if is_known(call.request.header(b"if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def _tagged(body: bytes) -> tuple[bytes, str]:
    return body, content_tag(body)
