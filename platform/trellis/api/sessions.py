"""HTTP for one's own sessions and one's own password."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.members import known_members, text
from trellis.security.sessions import end_other_sessions, end_session, end_sessions_of_user, list_sessions


async def list_open(call: Call) -> Response:
    """The open sessions, the newest first; `is_current` marks the one that asks."""
    call.request.accept_no_parameters()
    found = await list_sessions(call.tenant, call.actor.user_id, now=datetime.now(UTC))
    sessions = [
        {
            "id": one.id,
            "created_at": one.created_at,
            "expires_at": one.expires_at,
            "last_used_at": one.last_used_at,
            "address": one.address,
            "agent": one.agent,
            "is_current": one.id == call.actor.credential_id,
        }
        for one in found
    ]
    return json_response({"sessions": sessions})


async def end_one(call: Call) -> Response:
    call.request.accept_no_parameters()
    await end_session(call.tenant, call.actor.user_id, call.path["id"], now=datetime.now(UTC), by=call.actor)
    return Response(status_code=204)


async def end_others(call: Call) -> Response:
    """All but the one that asks; with an API key, all."""
    call.request.accept_no_parameters()
    ended = await end_other_sessions(
        call.tenant, call.actor.user_id, call.actor.credential_id, now=datetime.now(UTC), by=call.actor
    )
    return json_response({"ended": ended})


async def end_of_user(call: Call) -> Response:
    """All of a user's, for who manages users; keys and tokens stay."""
    call.request.accept_no_parameters()
    ended = await end_sessions_of_user(
        call.tenant, call.runtime.access, call.actor, call.path["id"], now=datetime.now(UTC)
    )
    return json_response({"ended": ended})


async def change_password(call: Call) -> Response:
    call.request.accept_no_parameters()
    body = known_members(await call.request.read_object(), ("current_password", "new_password"))
    current, new = text(body, "current_password"), text(body, "new_password")
    await call.runtime.identities.change_password(call.identity, current, new)
    return Response(status_code=204)
