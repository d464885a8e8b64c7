"""HTTP for passkeys: one's own, and for those who manage users those of others. They are made in the browser."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.members import known_members, text
from trellis.security.passkeys.service import remove_passkey, rename_passkey
from trellis.security.passkeys.store import Passkey, list_passkeys
from trellis.security.user_changes import fetch_user, fetch_user_below


async def list_own(call: Call) -> Response:
    call.request.accept_no_parameters()
    found = await list_passkeys(call.tenant, call.actor.user_id)
    return json_response({"passkeys": [_passkey_json(one) for one in found]})


async def rename(call: Call) -> Response:
    call.request.accept_no_parameters()
    body = known_members(await call.request.read_object(), ("name",))
    await rename_passkey(call.tenant, call.actor.user_id, call.path["id"], text(body, "name"))
    return Response(status_code=204)


async def remove(call: Call) -> Response:
    call.request.accept_no_parameters()
    await remove_passkey(call.tenant, call.actor.user_id, call.path["id"], by=call.actor, now=datetime.now(UTC))
    return Response(status_code=204)


async def list_of_user(call: Call) -> Response:
    call.request.accept_no_parameters()
    user = await fetch_user(call.tenant, call.runtime.access, call.actor, call.path["id"])
    found = await list_passkeys(call.tenant, user.id)
    return json_response({"passkeys": [_passkey_json(one) for one in found]})


async def remove_of_user(call: Call) -> Response:
    """For somebody who has lost a device."""
    call.request.accept_no_parameters()
    user = await fetch_user_below(call.tenant, call.runtime.access, call.actor, call.path["id"])
    await remove_passkey(call.tenant, user.id, call.path["passkey"], by=call.actor, now=datetime.now(UTC))
    return Response(status_code=204)


def _passkey_json(passkey: Passkey) -> dict[str, Any]:
    shown = ("id", "name", "party", "is_backed_up", "created_at", "last_used_at")
    return {name: getattr(passkey, name) for name in shown}
