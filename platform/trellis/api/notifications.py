"""HTTP for one's own notices."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.parameters import parse_limit, parse_parameters
from trellis.automation.inbox import fetch_inbox, mark_read


async def list_notifications(call: Call) -> Response:
    """Newest first, with the number of those unread."""
    parameters = parse_parameters(call.request.query_string, ("limit",))
    inbox = await fetch_inbox(call.tenant, call.actor.user_id, limit=parse_limit(parameters.get("limit")))
    return json_response(inbox)


async def read_notification(call: Call) -> Response:
    """Marks one notice as read; the answer has how many are unread still."""
    return await _read(call, call.path["id"])


async def read_all_notifications(call: Call) -> Response:
    return await _read(call, None)


async def _read(call: Call, notification_id: str | None) -> Response:
    call.request.accept_no_parameters()
    unread = await mark_read(call.tenant, call.actor.user_id, notification_id, now=datetime.now(UTC))
    return json_response({"unread": unread})
