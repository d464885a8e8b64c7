"""HTTP for people's data: where it is, what belongs to one person, taking it along, and making it go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.members import known_members, text
from trellis.privacy.json_form import due_json, found_json, map_json, plan_json
from trellis.privacy.retention import count_due
from trellis.privacy.service import erase_person, export_person, find_person, get_map, plan_erasure
from trellis.privacy.subject import ASKED, Subject, parse_subject


async def get_data_map(call: Call) -> Response:
    call.request.accept_no_parameters()
    found = await get_map(call.tenant, call.runtime.access, call.actor)
    return json_response({"objects": [map_json(one) for one in found]})


async def list_due(call: Call) -> Response:
    call.request.accept_no_parameters()
    due = await count_due(call.tenant, call.runtime.access, call.actor, now=datetime.now(UTC))
    return json_response({"rules": [due_json(one) for one in due]})


async def find(call: Call) -> Response:
    subject, _ = await _asked(call)
    found = await find_person(call.tenant, call.runtime.access, call.actor, subject)
    return json_response({"records": [found_json(one) for one in found]})


async def export(call: Call) -> Response:
    subject, _ = await _asked(call)
    now = datetime.now(UTC)
    made = await export_person(call.tenant, call.runtime.access, call.actor, subject, now=now)
    answer = json_response(made)
    answer.headers["Content-Disposition"] = 'attachment; filename="person.json"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def plan(call: Call) -> Response:
    subject, _ = await _asked(call)
    return json_response(plan_json(await plan_erasure(call.tenant, call.runtime.access, call.actor, subject)))


async def erase(call: Call) -> Response:
    """Only what was planned: the body has the plan's fingerprint."""
    subject, body = await _asked(call, "fingerprint")
    done = await erase_person(
        call.tenant, call.runtime.access, call.actor, subject, text(body, "fingerprint"), now=datetime.now(UTC)
    )
    return json_response(plan_json(done))


async def _asked(call: Call, *more: str) -> tuple[Subject, Mapping[str, Any]]:
    call.request.accept_no_parameters()
    body = known_members(await call.request.read_object(), (*ASKED, *more))
    return parse_subject(body), body
