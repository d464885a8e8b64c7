"""The OpenAPI paths for events from outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trellis.api.openapi.answers import answers, json_answer, json_body, parameter

JsonObject = dict[str, Any]


def event_paths() -> Mapping[str, JsonObject]:
    name = {"name": "event", "in": "path", "required": True, "schema": {"type": "string"}}
    return {"/api/v1/events/{event}": {"parameters": [name], "post": _receive()}}


def _receive() -> JsonObject:
    count: JsonObject = {"type": "integer", "minimum": 0}
    heard = {
        "rule": {"type": "string"},
        "object": {"type": "string"},
        "matched": {**count, "description": "The records that the event was about."},
        "fired": {**count, "description": "Those of them that met the rule's condition."},
    }
    rules = {"type": "array", "items": {"type": "object", "required": list(heard), "properties": heard}}
    answer = {
        "type": "object",
        "required": ["event", "rules"],
        "properties": {"event": {"type": "string"}, "rules": rules},
    }
    content = {
        "type": "object",
        "description": "What rules read as $Event. The id of a record, for rules that say nothing behind matching.",
        "properties": {"id": {"type": "string"}},
    }
    return {
        "operationId": "receive_event",
        "tags": ["rules"],
        "summary": "Tell the rules that wait for an event, all or nothing",
        "parameters": [parameter("idempotency_key")],
        "requestBody": {**json_body(content), "required": False},
        "responses": {"200": json_answer("OK", answer), **answers(None, None, 400, 401, 403, 404, 409, 413, 415, 422)},
    }
