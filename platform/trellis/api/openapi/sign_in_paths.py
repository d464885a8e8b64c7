"""The addresses of signing in, for the description of the API: the history, and the lock of those who failed too often."""

from __future__ import annotations

from typing import Any, get_args

from trellis.api.openapi.answers import answers, json_answer
from trellis.security.sign_in.history import Method, Outcome

JsonObject = dict[str, Any]
_TEXT: JsonObject = {"type": "string"}
_MAYBE_TEXT: JsonObject = {"type": ["string", "null"]}
_MOMENT: JsonObject = {"type": "string", "format": "date-time"}
_ID: JsonObject = {"name": "id", "in": "path", "required": True, "schema": _TEXT}
_PAGING: list[JsonObject] = [
    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 50}},
    {"name": "before", "in": "query", "schema": _TEXT, "description": "The id of the last one seen."},
]


def sign_in_paths() -> JsonObject:
    one = {
        "type": "object",
        "properties": {
            "id": _TEXT,
            "at": _MOMENT,
            "method": {"enum": list(get_args(Method))},
            "outcome": {"enum": list(get_args(Outcome))},
            "address": _MAYBE_TEXT,
            "agent": _MAYBE_TEXT,
        },
    }
    history = {"type": "object", "properties": {"sign_ins": {"type": "array", "items": one}}}
    lock = {"type": "object", "properties": {"locked_until": {"type": ["string", "null"], "format": "date-time"}}}
    ended: JsonObject = {"type": "object", "properties": {"ended": {"type": "integer"}}}
    own = _read("list_sign_ins", "session", "One's own sign-ins and those that failed, newest first", history, 400, 401)
    of_user = _read("list_user_sign_ins", "users", "The sign-ins of a user", history, 400, 401, 403, 404)
    return {
        "/api/v1/sign-ins": {"get": {**own, "parameters": _PAGING}},
        "/api/v1/users/{id}/sign-ins": {"parameters": [_ID], "get": {**of_user, "parameters": _PAGING}},
        "/api/v1/users/{id}/sessions": {
            "parameters": [_ID],
            "delete": {
                "operationId": "end_user_sessions",
                "tags": ["users"],
                "summary": "Sign a user out everywhere",
                "responses": {"200": json_answer("How many have ended", ended), **answers(None, None, 401, 403, 404)},
            },
        },
        "/api/v1/users/{id}/lock": {
            "parameters": [_ID],
            "get": _read("get_user_lock", "users", "Until when a user has to wait", lock, 401, 403, 404),
            "delete": {
                "operationId": "unlock_user",
                "tags": ["users"],
                "summary": "Forget the failed sign-ins of a user",
                "responses": {"204": {"description": "Done"}, **answers(None, None, 401, 403, 404)},
            },
        },
    }


def _read(name: str, tag: str, summary: str, schema: JsonObject, *problems: int) -> JsonObject:
    responses = {"200": json_answer(summary, schema), **answers(None, None, *problems)}
    return {"operationId": name, "tags": [tag], "summary": summary, "responses": responses}
