"""HTTP for records that wait in queues: taking the next one, who is away, and giving back what they own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.members import flag, known_members, optional_text, text
from trellis.api.queues import member_json
from trellis.automation.pulling import list_waiting, pull
from trellis.automation.queue_members import mark_absence
from trellis.automation.reassigning import Reassigned, reassign
from trellis.errors import InvalidRequest
from trellis.storage.codecs import datetime_text


async def list_own(call: Call) -> Response:
    """The queues that one sits at, and what waits there."""
    call.request.accept_no_parameters()
    waiting = await list_waiting(call.tenant, call.runtime.access, call.actor)
    model = (await call.tenant.compiled()).model
    shown = [
        {
            "queue": one.queue.name,
            "label": model.text(call.actor.language, f"queues.{one.queue.name}.label", one.queue.label),
            "object": one.object,
            "waiting": one.count,
            "since": None if one.since is None else datetime_text(one.since),
        }
        for one in waiting
    ]
    return json_response({"queues": shown})


async def pull_next(call: Call) -> Response:
    call.request.accept_no_parameters()
    body = known_members(await call.request.read_optional_object(), ("object",))
    runtime = call.runtime
    taken = await pull(
        call.tenant,
        runtime.automation,
        runtime.access,
        call.actor,
        call.path["queue"],
        object_name=optional_text(body, "object"),
    )
    return json_response({"taken": taken and {"object": taken.object, "id": taken.id, "version": taken.version}})


async def change_member(call: Call) -> Response:
    """Away or back; with `reassign` what they own goes back at once."""
    call.request.accept_no_parameters()
    body = known_members(await call.request.read_object(), ("is_absent", "reassign", "object", "where"))
    if "is_absent" not in body:
        raise InvalidRequest("The body must say is_absent.", hint='Such as {"is_absent": true, "reassign": true}.')
    is_absent, goes_back = flag(body, "is_absent"), flag(body, "reassign")
    queue, user = call.path["queue"], call.path["user"]
    member = await mark_absence(call.tenant, call.runtime.access, call.actor, queue, user, is_absent=is_absent)
    done = await _reassign(call, member.user_id, body) if goes_back else None
    return json_response({"member": member_json(member), "reassigned": done and _reassigned_json(done)})


async def reassign_records(call: Call) -> Response:
    call.request.accept_no_parameters()
    body = known_members(await call.request.read_object(), ("user", "object", "where"))
    return json_response(_reassigned_json(await _reassign(call, text(body, "user"), body)))


async def _reassign(call: Call, user: str, body: Mapping[str, Any]) -> Reassigned:
    runtime = call.runtime
    return await reassign(
        call.tenant,
        runtime.automation,
        runtime.access,
        call.actor,
        call.path["queue"],
        user,
        object_name=optional_text(body, "object"),
        where=optional_text(body, "where"),
    )


def _reassigned_json(done: Reassigned) -> dict[str, int]:
    return {"moved": done.moved, "waiting": done.waiting, "refused": done.refused}
