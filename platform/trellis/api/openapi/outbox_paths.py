"""The OpenAPI paths for the outbox: how delivery stands, and what it has given up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trellis.api.openapi.answers import answers, json_answer, json_body
from trellis.automation.outbox_state import MOST_COUNTED

JsonObject = dict[str, Any]

_TEXT: JsonObject = {"type": "string"}
_ID: JsonObject = {"type": "string", "format": "uuid"}
_MOMENT: JsonObject = {"type": ["string", "null"], "format": "date-time"}
_COUNT: JsonObject = {"type": "integer", "minimum": 0}
_PATH_ID: JsonObject = {"name": "id", "in": "path", "required": True, "schema": _ID}


def outbox_paths() -> Mapping[str, JsonObject]:
    return {
        "/api/v1/outbox": {"get": _state()},
        "/api/v1/outbox/dead": {"get": _list()},
        "/api/v1/outbox/dead/replay": {
            "post": _many("replay_dead_rows", "Put messages that were given up back in line", "replayed")
        },
        "/api/v1/outbox/dead/drop": {"post": _many("drop_dead_rows", "Drop messages that were given up", "dropped")},
        "/api/v1/outbox/dead/{id}": {"parameters": [_PATH_ID], "get": _get(), "patch": _mend(), "delete": _drop()},
        "/api/v1/outbox/dead/{id}/replay": {"parameters": [_PATH_ID], "post": _replay()},
    }


def _operation(operation_id: str, summary: str, success: JsonObject, *refusals: int, **more: Any) -> JsonObject:
    return {
        "operationId": operation_id,
        "tags": ["outbox"],
        "summary": summary,
        **more,
        "responses": {**success, **answers(None, None, 401, 403, *refusals)},
    }


def _state() -> JsonObject:
    said = {
        "waiting": "To be tried for the first time, or under way.",
        "retrying": "Failed, and will be tried again.",
        "dead": "Given up.",
        "delivered": "In the last 24 hours.",
    }
    most = f" Counted up to {MOST_COUNTED:,}; more reads {MOST_COUNTED + 1:,}."
    numbers = {name: {**_COUNT, "description": text + most} for name, text in said.items()}
    since = {**_MOMENT, "description": "Since when the oldest message that is due waits; null when none is."}
    answer = json_answer("OK", _object({**numbers, "due_since": since}))
    return _operation("get_outbox", "How delivery stands", {"200": answer})


def _list() -> JsonObject:
    cause = {"kind": _TEXT, "error": {"type": ["string", "null"]}, "count": _COUNT, "newest_at": _MOMENT}
    page = {
        "rows": {"type": "array", "items": _object(_row())},
        "total": _COUNT,
        "causes": {"type": "array", "items": _object(cause), "description": "The most frequent first."},
        "next_before": {"type": ["string", "null"], "format": "uuid"},
    }
    asked = {
        "limit": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 50},
        "before": _ID,
        "kind": _TEXT,
        "error": _TEXT,
    }
    return _operation(
        "list_dead_rows",
        "Messages that were given up, newest first, and why",
        {"200": json_answer("OK", _object(page))},
        400,
        parameters=[{"name": name, "in": "query", "schema": schema} for name, schema in asked.items()],
    )


def _get() -> JsonObject:
    whole = _object({**_row(), **_content()})
    return _operation(
        "get_dead_row", "One message that was given up, with what it says", {"200": json_answer("OK", whole)}, 404
    )


def _mend() -> JsonObject:
    body = {
        "type": "object",
        "required": ["payload"],
        "additionalProperties": False,
        "properties": {
            "payload": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": {"type": ["string", "null"]},
                "description": "What to change, by name; `mendable` of the message says what there is.",
            },
            "replay": {"type": "boolean", "default": False, "description": "Put it back in line at once."},
        },
    }
    answer = {"anyOf": [_object({**_row(), **_content()}), _object({"replayed": _COUNT})]}
    return _operation(
        "mend_dead_row",
        "Change what a message says or whom it is for",
        {"200": json_answer("OK", answer)},
        *(400, 404, 409, 413, 415, 422),
        requestBody=json_body(body),
    )


def _drop() -> JsonObject:
    success = {"204": {"description": "It will never be delivered"}}
    return _operation("drop_dead_row", "Drop a message that was given up", success, 404)


def _replay() -> JsonObject:
    success = {"200": json_answer("OK", _object({"replayed": _COUNT}))}
    return _operation("replay_dead_row", "Put a message that was given up back in line", success, 404)


def _many(operation_id: str, summary: str, counted: str) -> JsonObject:
    body = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "ids": {"type": "array", "items": _ID, "maxItems": 1000},
            "kind": _TEXT,
            "error": {"type": "string", "description": "The error of a cause, as the list has it."},
            "all": {"type": "boolean", "description": "Every one; then nothing else may be said."},
        },
    }
    return _operation(
        operation_id,
        summary,
        {"200": json_answer("OK", _object({counted: _COUNT}))},
        *(400, 413, 415),
        requestBody=json_body(body),
    )


def _row() -> JsonObject:
    return {
        "id": _ID,
        "kind": _TEXT,
        "object": {"type": ["string", "null"]},
        "record_id": {"type": ["string", "null"], "format": "uuid"},
        "rule": {"type": ["string", "null"]},
        "attempts": _COUNT,
        "error": {"type": ["string", "null"], "description": "What it failed with last."},
        "created_at": _MOMENT,
        "given_up_at": _MOMENT,
    }


def _content() -> JsonObject:
    return {
        "payload": {"type": ["object", "null"], "description": "What was to be said, and to whom."},
        "mendable": {"type": "array", "items": _TEXT},
    }


def _object(properties: JsonObject) -> JsonObject:
    return {"type": "object", "required": list(properties), "properties": properties}
