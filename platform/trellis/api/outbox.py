"""HTTP for the outbox: how delivery stands, and what it has given up: looking at it, mending it, putting it back in line, dropping it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.errors import InvalidParameter
from trellis.api.members import flag, known_members, optional_text
from trellis.api.parameters import parse_limit, parse_parameters
from trellis.automation import mending
from trellis.automation.dead_rows import Chosen, get_dead, list_dead
from trellis.automation.outbox_state import get_outbox_state
from trellis.errors import InvalidRequest
from trellis.ids import is_id

MAX_IDS = 1_000


async def get_state(call: Call) -> Response:
    """How delivery stands, for whoever watches."""
    call.request.accept_no_parameters()
    state = await get_outbox_state(call.tenant, call.runtime.access, call.actor, now=datetime.now(UTC))
    return json_response(state)


async def list_rows(call: Call) -> Response:
    """The newest first, those of one kind or one error when asked, with the causes of all that were chosen."""
    asked = parse_parameters(call.request.query_string, ("limit", "before", "kind", "error"))
    limit, before = parse_limit(asked.get("limit")), asked.get("before")
    if before is not None and not is_id(before):
        raise InvalidParameter("before is no id.", hint="Send next_before of the page before.")
    chosen = Chosen(kind=asked.get("kind"), error=asked.get("error"))
    found = await list_dead(call.tenant, call.runtime.access, call.actor, chosen, limit=limit + 1, before=before)
    rows = found.rows[:limit]
    next_before = rows[-1].id if len(found.rows) > limit else None
    return json_response({"rows": rows, "total": found.total, "causes": found.causes, "next_before": next_before})


async def get_row(call: Call) -> Response:
    call.request.accept_no_parameters()
    return await _show(call)


async def mend_row(call: Call) -> Response:
    """Changes entries of the payload; with `replay` the message is put back in line at once."""
    call.request.accept_no_parameters()
    body = known_members(await call.request.read_object(), ("payload", "replay"))
    changes = body.get("payload")
    if not isinstance(changes, dict) or not changes:
        raise InvalidRequest(
            "payload must be an object with what to change.", hint='Such as {"address": "a@b.example"}.'
        )
    again = flag(body, "replay")
    row_id = call.path["id"]
    await mending.mend(call.tenant, call.runtime.access, call.actor, row_id, changes)
    if not again:
        return await _show(call)
    return await replay_row(call)


async def replay_row(call: Call) -> Response:
    call.request.accept_no_parameters()
    await mending.replay_one(call.tenant, call.runtime.access, call.actor, call.path["id"], now=datetime.now(UTC))
    return _replayed(call, 1)


async def drop_row(call: Call) -> Response:
    call.request.accept_no_parameters()
    await mending.drop_one(call.tenant, call.runtime.access, call.actor, call.path["id"], now=datetime.now(UTC))
    return Response(status_code=204)


async def replay_rows(call: Call) -> Response:
    chosen = await _chosen(call)
    count = await mending.replay(call.tenant, call.runtime.access, call.actor, chosen, now=datetime.now(UTC))
    return _replayed(call, count)


async def drop_rows(call: Call) -> Response:
    chosen = await _chosen(call)
    count = await mending.drop(call.tenant, call.runtime.access, call.actor, chosen, now=datetime.now(UTC))
    return json_response({"dropped": count})


def _replayed(call: Call, count: int) -> Response:
    call.runtime.jobs.enqueue(call.tenant.name)
    return json_response({"replayed": count})


async def _show(call: Call) -> Response:
    detail = await get_dead(call.tenant, call.runtime.access, call.actor, call.path["id"])
    row: dict[str, Any] = orjson.loads(orjson.dumps(detail.row))
    return json_response({**row, "payload": detail.payload, "mendable": mending.mendable(detail.payload or {})})


async def _chosen(call: Call) -> Chosen:
    """Nothing is chosen by accident: all of them only when the body says so."""
    call.request.accept_no_parameters()
    body = known_members(await call.request.read_object(), ("ids", "kind", "error", "all"))
    ids = body.get("ids")
    if ids is not None and (
        not isinstance(ids, list) or len(ids) > MAX_IDS or not all(isinstance(one, str) for one in ids)
    ):
        raise InvalidRequest(f"ids must be an array of at most {MAX_IDS:,} ids.")
    chosen = Chosen(
        ids=None if ids is None else tuple(ids), kind=optional_text(body, "kind"), error=optional_text(body, "error")
    )
    if (chosen == Chosen()) != flag(body, "all"):
        raise InvalidRequest(
            "Say which: ids, kind or error, or all.", hint='Such as {"kind": "email"}, or {"all": true} alone.'
        )
    return chosen
