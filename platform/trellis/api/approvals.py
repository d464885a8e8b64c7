"""HTTP for approvals: submitting records, what waits for whom, and decisions."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.errors import InvalidParameter
from trellis.api.members import known_members, nearest_hint, optional_text, text
from trellis.api.parameters import parse_limit, parse_parameters
from trellis.automation.approvals.json_form import listed_json, of_record_json, sight_json
from trellis.automation.approvals.reading import BOXES
from trellis.errors import InvalidRequest

SHOWN = 50


async def list_requests(call: Call) -> Response:
    """What waits for the caller, or another of their boxes; the newest first."""
    asked = parse_parameters(call.request.query_string, ("box", "limit"))
    box = asked.get("box", "waiting")
    if box not in BOXES:
        raise InvalidParameter(f'There is no box "{box[:60]}".', hint=nearest_hint(box, BOXES))
    desk = call.runtime.approval_desk(call.tenant)
    found = await desk.box(call.actor, box, parse_limit(asked.get("limit")))
    model = (await call.tenant.compiled()).model
    return json_response({"requests": [listed_json(one, model, call.actor.language) for one in found]})


async def get_request(call: Call) -> Response:
    call.request.accept_no_parameters()
    return await _show(call, call.path["id"])


async def list_of_record(call: Call) -> Response:
    """The requests of a record, and the approvals that it could be submitted for."""
    call.request.accept_no_parameters()
    object_name, record_id = call.path["object"], call.path["id"]
    await call.runtime.queries(call.tenant).row(call.actor, object_name, record_id, ("id",))
    desk = call.runtime.approval_desk(call.tenant)
    found = await desk.of_record(call.actor, object_name, record_id, limit=SHOWN, now=datetime.now(UTC))
    return json_response(of_record_json(found, (await call.tenant.compiled()).model, call.actor.language))


async def submit_record(call: Call) -> Response:
    call.request.accept_no_parameters()
    body = known_members(await _body(call), ("approval", "comment"))
    request = await call.runtime.approvals(call.tenant).submit(
        call.actor,
        call.path["object"],
        call.path["id"],
        optional_text(body, "approval"),
        optional_text(body, "comment"),
    )
    return await _show(call, request.id, 201)


async def approve_request(call: Call) -> Response:
    comment = await _comment(call)
    request = await call.runtime.approvals(call.tenant).approve(call.actor, call.path["id"], comment)
    return await _show(call, request.id)


async def reject_request(call: Call) -> Response:
    comment = await _comment(call)
    request = await call.runtime.approvals(call.tenant).reject(call.actor, call.path["id"], comment)
    return await _show(call, request.id)


async def recall_request(call: Call) -> Response:
    comment = await _comment(call)
    request = await call.runtime.approvals(call.tenant).recall(call.actor, call.path["id"], comment)
    return await _show(call, request.id)


async def delegate_request(call: Call) -> Response:
    """`to` and `from` are ids or user names; `from` is the caller when it is left out."""
    call.request.accept_no_parameters()
    body = known_members(await _body(call), ("to", "from", "comment"))
    if not body.get("to"):
        raise InvalidRequest("to must say who decides instead.", hint='Such as {"to": "mei"}.')
    request = await call.runtime.approvals(call.tenant).delegate(
        call.actor, call.path["id"], text(body, "to"), optional_text(body, "comment"), whose=optional_text(body, "from")
    )
    return await _show(call, request.id)


async def _show(call: Call, request_id: str, status: int = 200) -> Response:
    desk = call.runtime.approval_desk(call.tenant)
    sight = await desk.open(call.actor, request_id, now=datetime.now(UTC))
    return json_response(sight_json(sight, (await call.tenant.compiled()).model, call.actor.language), status)


async def _comment(call: Call) -> str | None:
    call.request.accept_no_parameters()
    return optional_text(known_members(await _body(call), ("comment",)), "comment")


async def _body(call: Call) -> dict[str, object]:
    """A request without a body says nothing."""
    if call.request.header(b"content-type") is None and call.request.header(b"content-length") in (None, "0"):
        return {}
    return await call.request.read_object()
