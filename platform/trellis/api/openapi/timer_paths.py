"""The OpenAPI paths for timers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trellis.api.openapi.answers import answers, json_answer, json_body, parameter

JsonObject = dict[str, Any]

_TEXT: JsonObject = {"type": "string"}
_OR_NOTHING: JsonObject = {"type": ["string", "null"]}
_ID: JsonObject = {"type": "string", "format": "uuid"}
_MOMENT: JsonObject = {"type": "string", "format": "date-time"}
_COUNT: JsonObject = {"type": "integer", "minimum": 0}
_STATUS: JsonObject = {"type": "string", "enum": ["waiting", "dead"], "description": "dead: given up."}
_CHOICE: Mapping[str, JsonObject] = {
    "rule": {**_TEXT, "description": "Of one rule or approval."},
    "object": {**_TEXT, "description": "Of records of one object."},
    "record": {**_ID, "description": "Of one record."},
    "status": _STATUS,
}


def timer_paths() -> Mapping[str, JsonObject]:
    return {
        "/api/v1/timers": {"get": _list()},
        "/api/v1/timers/cancel": {"post": _change("cancel_timers", "Call timers off", "cancelled")},
        "/api/v1/timers/retry": {"post": _change("retry_timers", "Try timers that failed now", "retried")},
    }


def _list() -> JsonObject:
    timer = {
        **dict.fromkeys(("id", "kind", "record_id", "status"), _TEXT),
        **dict.fromkeys(("object", "rule", "last_error"), _OR_NOTHING),
        "attempts": {**_COUNT, "description": "How often it failed."},
        "due_at": _MOMENT,
        "next_attempt_at": _MOMENT,
    }
    answer = _object({"timers": {"type": "array", "items": _object(timer)}, "total": _COUNT})
    asked = [{"name": name, "in": "query", "schema": schema} for name, schema in _CHOICE.items()]
    return _operation(
        "list_timers",
        "What rules and approvals will do later, the next first",
        answer,
        parameters=[*asked, parameter("limit")],
    )


def _change(operation_id: str, summary: str, done: str) -> JsonObject:
    properties = {
        "ids": {"type": "array", "items": _ID, "maxItems": 1_000},
        **_CHOICE,
        "all": {"type": "boolean", "description": "Every timer, and nothing else is said."},
    }
    body = json_body({"type": "object", "additionalProperties": False, "properties": properties})
    return _operation(operation_id, summary, _object({done: _COUNT}), 413, 415, requestBody=body)


def _operation(operation_id: str, summary: str, answer: JsonObject, *refusals: int, **more: Any) -> JsonObject:
    return {
        "operationId": operation_id,
        "tags": ["rules"],
        "summary": summary,
        **more,
        "responses": {"200": json_answer("OK", answer), **answers(None, None, 400, 401, 403, *refusals)},
    }


def _object(properties: Mapping[str, JsonObject]) -> JsonObject:
    return {"type": "object", "required": list(properties), "properties": dict(properties)}
