"""HTTP for one's own notices."""

from __future__ import annotations

from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.parameters import parse_limit, parse_parameters
from trellis.automation.inbox import fetch_inbox


async def list_notifications(call: Call) -> Response:
    """Newest first, with the number of those unread."""
    parameters = parse_parameters(call.request.query_string, ("limit",))
    inbox = await fetch_inbox(call.tenant, call.actor.user_id, limit=parse_limit(parameters.get("limit")))
    return json_response(inbox)
