"""HTTP for one's own second factor, and for taking away that of another."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.members import known_members, text
from trellis.api.session import NO_STORE
from trellis.security.second_factor import service


async def get_own(call: Call) -> Response:
    call.request.accept_no_parameters()
    found = await service.fetch_second_factor(call.tenant, call.actor.user_id)
    return json_response(
        {"is_on": found.is_on, "recovery_codes_left": found.codes_left, "is_required": found.is_required}
    )


async def begin(call: Call) -> Response:
    """What to tell the app; it counts once a code of it was shown."""
    call.request.accept_no_parameters()
    enrolment = await service.begin_enrolment(
        call.tenant, call.actor.user_id, account=call.actor.email, now=datetime.now(UTC)
    )
    return json_response({"secret": enrolment.secret, "uri": enrolment.uri}, headers=NO_STORE)


async def confirm(call: Call) -> Response:
    codes = await service.confirm_enrolment(call.tenant, call.actor, await _code(call), now=datetime.now(UTC))
    return json_response({"recovery_codes": codes}, headers=NO_STORE)


async def make_codes(call: Call) -> Response:
    codes = await service.make_new_codes(call.tenant, call.actor, await _code(call), now=datetime.now(UTC))
    return json_response({"recovery_codes": codes}, headers=NO_STORE)


async def turn_off(call: Call) -> Response:
    await service.turn_off(call.tenant, call.actor, await _code(call), now=datetime.now(UTC))
    return Response(status_code=204)


async def reset(call: Call) -> Response:
    """Of a user who has lost the app and the recovery codes."""
    call.request.accept_no_parameters()
    access, user_id = call.runtime.access, call.path["id"]
    await service.reset_second_factor(call.tenant, access, call.actor, user_id, now=datetime.now(UTC))
    return Response(status_code=204)


async def _code(call: Call) -> str:
    call.request.accept_no_parameters()
    return text(known_members(await call.request.read_object(), ("code",)), "code")
