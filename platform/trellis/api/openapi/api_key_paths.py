"""The addresses of API keys, for the description of the API."""

from __future__ import annotations

from typing import Any

from trellis.api.openapi.answers import answers, json_answer, json_body
from trellis.security.api_keys import LONGEST_GRACE, LONGEST_NAME, MOST_NETWORKS
from trellis.security.scopes import KEY_SCOPES, MOST_SCOPES

JsonObject = dict[str, Any]
_TEXT: JsonObject = {"type": "string"}
_MOMENT: JsonObject = {"type": "string", "format": "date-time"}
_MAYBE_MOMENT: JsonObject = {"type": ["string", "null"], "format": "date-time"}
_SCOPES: JsonObject = {
    "type": ["array", "null"],
    "items": _TEXT,
    "maxItems": MOST_SCOPES,
    "description": f"{', '.join(KEY_SCOPES)}, objects.NAME:read, objects.NAME:write; null for everything its user may.",
}
_NETWORKS: JsonObject = {
    "type": "array",
    "items": _TEXT,
    "maxItems": MOST_NETWORKS,
    "description": "Addresses and networks, such as 10.1.0.0/16, that the key may be used from; none for everywhere.",
}
_ID: JsonObject = {"name": "id", "in": "path", "required": True, "schema": _TEXT}
_KEY: JsonObject = {"name": "key", "in": "path", "required": True, "schema": _TEXT}


def api_key_paths() -> JsonObject:
    keys = {"type": "object", "properties": {"api_keys": {"type": "array", "items": _key()}}}
    made = {"id": _TEXT, "token": _TEXT, "expires_at": _MOMENT}
    return {
        "/api/v1/api-keys": {
            "get": _operation("list_api_keys", "One's own API keys, without their secrets", "200", keys, 401, 403),
            "post": _make(
                "create_api_key", "Create an API key; its token is shown this once", _new(), {**made, "name": _TEXT}
            ),
        },
        "/api/v1/api-keys/{id}": {
            "parameters": [_ID],
            "delete": _removal("revoke_api_key", "Revoke an API key"),
        },
        "/api/v1/api-keys/{id}/rotate": {
            "parameters": [_ID],
            "post": _make(
                "rotate_api_key",
                "A new token on the terms of a key, which goes on working for some hours",
                _rotation(),
                {**made, "old_expires_at": _MOMENT},
            ),
        },
        "/api/v1/users/{id}/api-keys": {
            "parameters": [_ID],
            "get": _operation("list_api_keys_of_user", "The API keys of a user", "200", keys, 401, 403, 404),
        },
        "/api/v1/users/{id}/api-keys/{key}": {
            "parameters": [_ID, _KEY],
            "delete": _removal("revoke_api_key_of_user", "Revoke an API key of a user"),
        },
    }


def _key() -> JsonObject:
    moments = {"created_at": _MOMENT, **dict.fromkeys(("expires_at", "last_used_at", "replaced_at"), _MAYBE_MOMENT)}
    prefix = {"type": ["string", "null"], "description": "How its token begins."}
    shown = {"id": _TEXT, "name": _TEXT, "prefix": prefix, "scopes": _SCOPES, "networks": _NETWORKS, **moments}
    return {"type": "object", "properties": shown}


def _new() -> JsonObject:
    return {
        "type": "object",
        "required": ["name"],
        "additionalProperties": False,
        "properties": {
            "name": {**_TEXT, "minLength": 1, "maxLength": LONGEST_NAME},
            "scopes": _SCOPES,
            "expires_in_days": {"type": ["integer", "null"], "minimum": 1, "description": "90 when not given."},
            "networks": {**_NETWORKS, "type": ["array", "null"]},
        },
    }


def _rotation() -> JsonObject:
    most = int(LONGEST_GRACE.total_seconds()) // 3600
    hours = {
        "type": ["integer", "null"],
        "minimum": 0,
        "maximum": most,
        "default": 24,
        "description": "How long the old token goes on working.",
    }
    return {"type": "object", "additionalProperties": False, "properties": {"grace_hours": hours}}


def _make(name: str, summary: str, body: JsonObject, answer: JsonObject) -> JsonObject:
    schema = {"type": "object", "properties": answer}
    problems = (400, 401, 403, 404, 409, 413, 415, 422)
    return {**_operation(name, summary, "201", schema, *problems), "requestBody": json_body(body)}


def _removal(name: str, summary: str) -> JsonObject:
    responses = {"204": {"description": "Done"}, **answers(None, None, 401, 403, 404)}
    return {"operationId": name, "tags": ["api keys"], "summary": summary, "responses": responses}


def _operation(name: str, summary: str, status: str, schema: JsonObject, *problems: int) -> JsonObject:
    return {
        "operationId": name,
        "tags": ["api keys"],
        "summary": summary,
        "responses": {status: json_answer(summary, schema), **answers(None, None, *problems)},
    }
