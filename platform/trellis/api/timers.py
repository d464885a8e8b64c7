"""HTTP for timers: what rules and approvals will do later, calling it off, and trying again what failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.errors import InvalidParameter
from trellis.api.members import flag, known_members, optional_text
from trellis.api.parameters import parse_limit, parse_parameters
from trellis.automation.timing.waiting import (
    STATUSES,
    ChosenTimers,
    Status,
    WaitingTimer,
    call_off_timers,
    list_timers,
    retry_timers,
)
from trellis.errors import InvalidRequest
from trellis.storage.codecs import datetime_text

MAX_IDS = 1_000


async def list_waiting(call: Call) -> Response:
    """The next first."""
    asked = parse_parameters(call.request.query_string, ("limit", "rule", "object", "record", "status"))
    chosen = ChosenTimers(
        rule=asked.get("rule"),
        object=asked.get("object"),
        record_id=asked.get("record"),
        status=_status(asked.get("status")),
    )
    limit = parse_limit(asked.get("limit"))
    found = await list_timers(call.tenant, call.runtime.access, call.actor, chosen, limit=limit)
    return json_response({"timers": [_timer_json(one) for one in found.timers], "total": found.total})


async def cancel(call: Call) -> Response:
    chosen = await _chosen(call)
    return json_response({"cancelled": await call_off_timers(call.tenant, call.runtime.access, call.actor, chosen)})


async def retry(call: Call) -> Response:
    chosen, now = await _chosen(call), datetime.now(UTC)
    count = await retry_timers(call.tenant, call.runtime.access, call.actor, chosen, now=now)
    call.runtime.jobs.enqueue(call.tenant.name)
    return json_response({"retried": count})


async def _chosen(call: Call) -> ChosenTimers:
    """By the body. Raises InvalidRequest when it names none, and does not say all either."""
    call.request.accept_no_parameters()
    body = known_members(await call.request.read_object(), ("ids", "rule", "object", "record", "status", "all"))
    ids = body.get("ids")
    is_list = isinstance(ids, list) and len(ids) <= MAX_IDS and all(isinstance(one, str) for one in ids)
    if ids is not None and not is_list:
        raise InvalidRequest(f"ids must be a list of at most {MAX_IDS:,} ids of timers.")
    chosen = ChosenTimers(
        ids=None if ids is None else tuple(ids),
        rule=optional_text(body, "rule"),
        object=optional_text(body, "object"),
        record_id=optional_text(body, "record"),
        status=_status(optional_text(body, "status")),
    )
    if bool(chosen.shape) == flag(body, "all"):
        raise InvalidRequest(
            "The body says which timers are meant, or that all are.", hint='Such as {"rule": "Untouched leads"}.'
        )
    return chosen


def _status(text: str | None) -> Status | None:
    found = next((status for status in STATUSES if status == text), None)
    if text is not None and found is None:
        raise InvalidParameter(f"status is {text[:60]!r}; a timer is waiting or dead.")
    return found


def _timer_json(timer: WaitingTimer) -> Mapping[str, Any]:
    moments = {name: datetime_text(getattr(timer, name)) for name in ("due_at", "next_attempt_at")}
    return {**asdict(timer), **moments}
