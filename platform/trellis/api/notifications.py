"""HTTP for one's own notices."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime

from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.event_stream import ALIVE, EventStream, event
from trellis.api.parameters import parse_limit, parse_parameters
from trellis.automation.inbox import fetch_inbox, mark_read
from trellis.errors import TrellisError

CONFIRMED_EVERY_S = 15.0


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


async def stream_notifications(call: Call) -> Response:
    """Server-sent events: the bell at once, then whenever it changes. Ends when the credential does."""
    call.request.accept_no_parameters()
    return EventStream(_events(call))


async def _events(call: Call) -> AsyncGenerator[bytes, None]:
    """Between events something is sent now and then, by which both sides and those between them see that the other is there."""
    bells = call.runtime.bells
    watch = bells.watch(call.tenant, call.actor.user_id)
    try:
        while not watch.is_over:
            bell = await watch.next(CONFIRMED_EVERY_S)
            if bell is not None:
                yield event("notifications", bell)
            elif not watch.is_over:
                await call.confirm()
                yield ALIVE
    except TrellisError:  # The credential has ended, or the database is away; a client that comes again is told which.
        return
    finally:
        bells.leave(call.tenant, watch)
