"""HTTP for the history of sign-ins, one's own and that of others, and for the lock of those who failed too often."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.errors import InvalidParameter
from trellis.api.parameters import parse_limit, parse_parameters
from trellis.ids import is_id
from trellis.security.sign_in.history import PastSignIn, list_sign_ins
from trellis.security.sign_in.oversight import fetch_lock, list_sign_ins_of, unlock

PAGING = ("limit", "before")


async def list_own(call: Call) -> Response:
    """The newest first; `before` takes the id of the last one seen."""
    limit, before = _page(call)
    return _answer(await list_sign_ins(call.tenant, call.actor.user_id, limit=limit, before=before))


async def list_of_user(call: Call) -> Response:
    limit, before = _page(call)
    found = await list_sign_ins_of(
        call.tenant, call.runtime.access, call.actor, call.path["id"], limit=limit, before=before
    )
    return _answer(found)


async def get_lock(call: Call) -> Response:
    call.request.accept_no_parameters()
    lock = await fetch_lock(call.tenant, call.runtime.access, call.actor, call.path["id"], now=datetime.now(UTC))
    return json_response({"locked_until": lock.until})


async def take_lock_away(call: Call) -> Response:
    call.request.accept_no_parameters()
    await unlock(call.tenant, call.runtime.access, call.actor, call.path["id"], now=datetime.now(UTC))
    return Response(status_code=204)


def _page(call: Call) -> tuple[int, str | None]:
    values = parse_parameters(call.request.query_string, PAGING)
    before = values.get("before") or None
    if before is not None and not is_id(before):
        raise InvalidParameter(f"before is {before[:60]!r}; expected the id of a sign-in.")
    return parse_limit(values.get("limit")), before


def _answer(found: tuple[PastSignIn, ...]) -> Response:
    return json_response({"sign_ins": [_json(one) for one in found]})


def _json(one: PastSignIn) -> dict[str, Any]:
    return {
        "id": one.id,
        "at": one.at,
        "method": one.method,
        "outcome": one.outcome,
        "address": one.begun.address or None,
        "agent": one.begun.agent or None,
    }
