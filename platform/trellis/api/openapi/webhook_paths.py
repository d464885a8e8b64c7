"""The OpenAPI paths for what is sent to the outside: webhooks, secrets, addresses that get no mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trellis.api.openapi.answers import answers, json_answer, json_body, parameter

JsonObject = dict[str, Any]

_TEXT: JsonObject = {"type": "string"}
_MAYBE: JsonObject = {"type": ["string", "null"]}
_MOMENT: JsonObject = {"type": ["string", "null"], "format": "date-time"}
_DONE: JsonObject = {"204": {"description": "Done"}}


def webhook_paths() -> Mapping[str, JsonObject]:
    return {
        "/api/v1/webhooks": {"get": _list_webhooks()},
        "/api/v1/webhooks/posts": {"get": _list_posts()},
        "/api/v1/webhooks/posts/{id}/replay": {
            "parameters": [_path("id")],
            "post": _operation(
                "replay_post",
                "Send what a webhook has sent, or what was given up, once more under the same webhook-id",
                {"200": json_answer("OK", _object({"replayed": {"type": "integer"}}))},
                404,
            ),
        },
        "/api/v1/webhooks/{webhook}/try": {"parameters": [_path("webhook")], "post": _try()},
        "/api/v1/secrets": {"get": _list_secrets()},
        "/api/v1/secrets/{name}": {"parameters": [_path("name")], "put": _put_secret(), "delete": _delete_secret()},
        "/api/v1/suppressions": {"get": _list_suppressions()},
        "/api/v1/suppressions/{address}": {
            "parameters": [_path("address")],
            "put": _operation("suppress_address", "Send no more mail to an address outside", _DONE, 422),
            "delete": _operation("allow_address", "Send mail to a suppressed address again", _DONE, 404),
        },
    }


def _operation(operation_id: str, summary: str, success: JsonObject, *refusals: int, **more: Any) -> JsonObject:
    responses = {**success, **answers(None, None, 401, 403, *refusals)}
    return {"operationId": operation_id, "tags": ["webhooks"], "summary": summary, **more, "responses": responses}


def _list_webhooks() -> JsonObject:
    state = {
        "name": _TEXT,
        "label": _TEXT,
        "provider": _TEXT,
        "channel": _MAYBE,
        "host": _TEXT,
        "is_signed": {"type": "boolean"},
        "missing_secrets": {"type": "array", "items": _TEXT},
    }
    answer = json_answer("OK", _object({"webhooks": {"type": "array", "items": _object(state)}}))
    return _operation("list_webhooks", "Webhooks, and the secrets that they lack", {"200": answer})


def _list_posts() -> JsonObject:
    post = {
        **dict.fromkeys(("id", "kind", "status", "key"), _TEXT),
        **dict.fromkeys(("webhook", "object", "record_id", "rule", "error"), _MAYBE),
        "attempts": {"type": "integer", "minimum": 0},
        "created_at": _MOMENT,
        "done_at": _MOMENT,
    }
    answer = json_answer("OK", _object({"posts": {"type": "array", "items": _object(post)}}))
    asked = [{"name": "webhook", "in": "query", "schema": _TEXT}, parameter("limit")]
    return _operation("list_posts", "What webhooks have sent and are to send", {"200": answer}, 400, parameters=asked)


def _try() -> JsonObject:
    to = {"type": "string", "description": "A telephone number, for a gateway of SMS."}
    body = {"requestBody": json_body({"type": "object", "properties": {"to": to}, "additionalProperties": False})}
    error = {"type": ["string", "null"], "description": "null when the receiver took the message."}
    answer = json_answer("OK", _object({"webhook": _TEXT, "error": error}))
    return _operation("try_webhook", "Send a trial message at once", {"200": answer}, 400, 404, 415, **body)


def _list_secrets() -> JsonObject:
    secret = _object({"name": _TEXT, "updated_at": _MOMENT})
    answer = json_answer("OK", _object({"secrets": {"type": "array", "items": secret}}))
    return _operation("list_secrets", "The names of the secrets that are set", {"200": answer})


def _put_secret() -> JsonObject:
    schema = {"type": "object", "required": ["value"], "properties": {"value": {"type": "string", "writeOnly": True}}}
    body = {"requestBody": json_body({**schema, "additionalProperties": False})}
    return _operation("set_secret", "Set a secret; it is never shown again", _DONE, 400, 415, 422, **body)


def _delete_secret() -> JsonObject:
    return _operation("delete_secret", "Delete a secret", _DONE, 404)


def _list_suppressions() -> JsonObject:
    one = _object({"address": _TEXT, "reason": _TEXT, "detail": _MAYBE, "created_at": _MOMENT})
    answer = json_answer("OK", _object({"suppressions": {"type": "array", "items": one}}))
    asked = [parameter("limit")]
    return _operation("list_suppressions", "Addresses that get no mail", {"200": answer}, 400, parameters=asked)


def _path(name: str) -> JsonObject:
    return {"name": name, "in": "path", "required": True, "schema": _TEXT}


def _object(properties: JsonObject) -> JsonObject:
    return {"type": "object", "required": list(properties), "properties": properties}
