"""HTTP for queues: which there are, and who sits at them. The queues themselves are metadata."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.errors import PreconditionFailed
from trellis.api.etags import seen_tag
from trellis.api.members import flag, known_members, text
from trellis.automation.queue_members import QueueMember, StaffedQueue, get_queue, list_queues, replace_members
from trellis.automation.seat_checks import NewMember
from trellis.errors import Conflict, InvalidRequest

SETTABLE = ("user", "weight", "capacity", "is_absent")
# What is read along; it may be sent back as it came, and changes nothing.
READ_ALONG = ("username", "name", "is_active")


async def list_all(call: Call) -> Response:
    call.request.accept_no_parameters()
    queues = await list_queues(call.tenant, call.runtime.access, call.actor)
    model = (await call.tenant.compiled()).model
    language = call.actor.language
    shown = [
        {
            "name": one.queue.name,
            "label": model.text(language, f"queues.{one.queue.name}.label", one.queue.label),
            "objects": one.queue.objects,
            "members": [member_json(member) for member in one.members],
        }
        for one in queues
    ]
    return json_response({"queues": shown})


async def list_members(call: Call) -> Response:
    call.request.accept_no_parameters()
    return _answer(await get_queue(call.tenant, call.runtime.access, call.actor, call.path["queue"]))


async def set_members(call: Call) -> Response:
    """The whole list, in order. With If-Match only when nobody has changed it since."""
    call.request.accept_no_parameters()
    seen = seen_tag(call.request.header(b"if-match"))
    body = await call.request.read_json()
    if not isinstance(body, list):
        raise InvalidRequest(
            "The body must be a JSON array of members, in their order.", hint='Such as [{"user": "mei"}].'
        )
    members = [_read_member(one) for one in body]
    name = call.path["queue"]
    try:
        staffed = await replace_members(call.tenant, call.runtime.access, call.actor, name, members, seen=seen)
    except Conflict as error:
        raise PreconditionFailed(error.message, hint=error.hint) from None
    return _answer(staffed)


def _answer(staffed: StaffedQueue) -> Response:
    return json_response([member_json(one) for one in staffed.members], headers={"ETag": f'"{staffed.tag}"'})


def member_json(member: QueueMember) -> dict[str, Any]:
    return {
        "user": member.user_id,
        "username": member.username,
        "name": member.name,
        "is_active": member.is_active,
        "weight": member.weight,
        "capacity": member.capacity,
        "is_absent": member.is_absent,
    }


def _read_member(value: Any) -> NewMember:
    if not isinstance(value, dict):
        raise InvalidRequest("Each member must be a JSON object.", hint='Such as {"user": "mei", "weight": 2}.')
    given = known_members(value, (*SETTABLE, *READ_ALONG))
    weight = _whole(given, "weight")
    return NewMember(
        user=text(given, "user"),
        weight=1 if weight is None else weight,
        capacity=_whole(given, "capacity"),
        is_absent=flag(given, "is_absent"),
    )


def _whole(given: Mapping[str, Any], name: str) -> int | None:
    """Of any size: what is too small or too large the service finds, for all members at once."""
    value = given.get(name)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise InvalidRequest(f"{name} must be a whole number.")
    return value
