"""HTTP for one's own API keys. A token is in the answer that creates it, and never again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.members import known_members, text, whole_number
from trellis.errors import InvalidRequest, NotFound
from trellis.security.credentials import LONGEST_KEY_NAME, create_api_key, is_key_name, list_api_keys, revoke


async def list_keys(call: Call) -> Response:
    call.request.accept_no_parameters()
    return json_response({"api_keys": await list_api_keys(call.tenant, call.actor.user_id)})


async def create_key(call: Call) -> Response:
    call.request.accept_no_parameters()
    body = known_members(await call.request.read_object(), ("name", "expires_in_days"))
    name = text(body, "name").strip()
    if not is_key_name(name):
        raise InvalidRequest(
            f"name must have 1 to {LONGEST_KEY_NAME} characters, none of them a control character.",
            hint="Say what the key is for.",
        )
    days = whole_number(body, "expires_in_days", default=None, least=1, most=3650)
    now = datetime.now(UTC)
    expires_at = now + timedelta(days=days) if days else None
    issued = await create_api_key(call.tenant, call.actor.user_id, name, now=now, expires_at=expires_at)
    answer = {"id": issued.id, "name": name, "token": issued.token, "expires_at": issued.expires_at}
    return json_response(answer, 201, {"Location": f"/api/v1/api-keys/{issued.id}"})


async def revoke_key(call: Call) -> Response:
    call.request.accept_no_parameters()
    key_id = call.path["id"]
    keys = await list_api_keys(call.tenant, call.actor.user_id)
    if all(key.id != key_id for key in keys) or not await revoke(
        call.tenant, call.actor.user_id, key_id, now=datetime.now(UTC)
    ):
        raise NotFound(f"You have no API key {key_id[:60]}.")
    return Response(status_code=204)
