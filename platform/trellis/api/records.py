"""HTTP for records: each handler parses, calls the query or the write pipeline once, and passes the answer on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import orjson
from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.errors import PreconditionFailed
from trellis.api.etags import expected_version, follows_version, is_known, version_tag
from trellis.api.idempotency import create_once
from trellis.api.parameters import parse_list_query, parse_names, parse_parameters
from trellis.errors import Conflict, InvalidRequest
from trellis.query.query import Page
from trellis.records.service import RecordChange, Saved

MAX_BATCH = 200


async def list_records(call: Call) -> Response:
    query = parse_list_query(call.path["object"], call.request.query_string)
    return page_response(await call.runtime.queries(call.tenant).page(call.actor, query))


async def get_record(call: Call) -> Response:
    parameters = parse_parameters(call.request.query_string, ("fields",))
    fields = parse_names(parameters.get("fields"), "fields")
    response = await _record_response(call, call.path["id"], fields)
    if is_known(call.request.header(b"if-none-match"), response.headers["etag"]):
        compiled = await call.tenant.compiled()
        if follows_version(compiled.model, call.path["object"], fields):
            return Response(status_code=304, headers={"ETag": response.headers["etag"]})
    return response


async def create_records(call: Call) -> Response:
    call.request.accept_no_parameters()
    object_name = call.path["object"]
    body = await call.request.read_json()
    payloads = _payloads(body)
    key = call.request.header(b"idempotency-key")
    if key is None:
        saved = await call.runtime.records(call.tenant).create(call.actor, object_name, payloads)
    else:
        saved = await create_once(call, key, object_name, payloads)
    if isinstance(body, list):
        return json_response({"records": [_saved_json(one) for one in saved]}, 201)
    return await _saved_response(call, saved[0], 201)


async def update_record(call: Call) -> Response:
    call.request.accept_no_parameters()
    expected = expected_version(call.request.header(b"if-match"))
    change = RecordChange(id=call.path["id"], values=await call.request.read_object(), expected_version=expected)
    try:
        (saved,) = await call.runtime.records(call.tenant).update(call.actor, call.path["object"], [change])
    except Conflict as error:
        raise _precondition(error, expected) from None
    return await _saved_response(call, saved, 200)


async def delete_record(call: Call) -> Response:
    call.request.accept_no_parameters()
    expected = expected_version(call.request.header(b"if-match"))
    try:
        await call.runtime.records(call.tenant).delete(
            call.actor, call.path["object"], [call.path["id"]], expected_versions=[expected]
        )
    except Conflict as error:
        raise _precondition(error, expected) from None
    return Response(status_code=204)


async def reveal_record(call: Call) -> Response:
    """Encrypted fields in the clear. Never kept by anything on the way."""
    call.request.accept_no_parameters()
    body = await call.request.read_object()
    fields = body.get("fields")
    if set(body) != {"fields"} or not isinstance(fields, list) or not all(isinstance(one, str) for one in fields):
        raise InvalidRequest("Send the names of the fields to reveal.", hint='Such as {"fields": ["tax_id"]}.')
    queries = call.runtime.queries(call.tenant)
    values = await queries.reveal(call.actor, call.path["object"], call.path["id"], tuple(dict.fromkeys(fields)))
    response = json_response({"values": values})
    response.headers["Cache-Control"] = "no-store"
    return response


async def restore_record(call: Call) -> Response:
    call.request.accept_no_parameters()
    (saved,) = await call.runtime.records(call.tenant).restore(call.actor, call.path["object"], [call.path["id"]])
    return await _saved_response(call, saved, 200)


async def upsert_record(call: Call) -> Response:
    """By an external id: 201 when the record is new, 200 when it was there."""
    call.request.accept_no_parameters()
    field, value = call.path["field"], call.path["value"]
    values = await call.request.read_object()
    saved = await call.runtime.records(call.tenant).upsert(call.actor, call.path["object"], field, value, values)
    return await _saved_response(call, saved, 201 if saved.is_new else 200)


def page_response(page: Page) -> Response:
    """The page's bytes, passed through, in an object that says how to go on."""
    parts = [b'{"records":', page.body, b',"next_cursor":', orjson.dumps(page.next_cursor)]
    if page.total is not None:
        parts += [b',"total":', orjson.dumps(page.total), b',"total_is_exact":', orjson.dumps(page.total_is_exact)]
    return Response(b"".join([*parts, b"}"]), media_type="application/json")


def _payloads(body: Any) -> Sequence[Mapping[str, Any]]:
    """One record as an object, or a batch as an array of objects."""
    if isinstance(body, dict):
        return [body]
    if not isinstance(body, list):
        raise InvalidRequest("The body must be a JSON object, or an array of them.")
    if not 1 <= len(body) <= MAX_BATCH:
        raise InvalidRequest(f"The array has {len(body):,} records; 1 to {MAX_BATCH} are created at once.")
    for index, item in enumerate(body):
        if not isinstance(item, dict):
            raise InvalidRequest(f"Item {index} of the array is not a JSON object.")
    return body


async def _record_response(call: Call, record_id: str, fields: tuple[str, ...]) -> Response:
    """The record as it is now, with its version as ETag."""
    found = await call.runtime.queries(call.tenant).record(call.actor, call.path["object"], record_id, fields)
    return Response(found.body, headers={"ETag": version_tag(found.version)}, media_type="application/json")


async def _saved_response(call: Call, saved: Saved, status: int) -> Response:
    """The id and version; the whole record when the caller prefers that (RFC 7240)."""
    headers = {"ETag": version_tag(saved.version)}
    if status == 201:
        headers["Location"] = f"/api/v1/records/{quote(call.path['object'])}/{saved.id}"
    if "return=representation" in (call.request.header(b"prefer") or ""):
        response = await _record_response(call, saved.id, ())
        response.status_code = status
        response.headers.update({**headers, "Preference-Applied": "return=representation"})
        return response
    return json_response(_saved_json(saved), status, headers)


def _saved_json(saved: Saved) -> Mapping[str, Any]:
    return {"id": saved.id, "version": saved.version}


def _precondition(error: Conflict, expected: int | None) -> Exception:
    """A conflict over the version that If-Match named is a failed precondition; any other stays what it is."""
    return error if expected is None else PreconditionFailed(error.message, hint=error.hint)
