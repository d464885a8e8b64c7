"""The addresses of users, for the description of the API."""

from __future__ import annotations

from typing import Any

from trellis.api.openapi.answers import answers, json_answer, json_body

JsonObject = dict[str, Any]
_TEXT: JsonObject = {"type": "string"}
_FLAG: JsonObject = {"type": "boolean"}
_CHANGEABLE: JsonObject = {
    "name": {**_TEXT, "minLength": 1, "maxLength": 200},
    "email": _TEXT,
    "language": {"enum": ["en", "zh-Hans"]},
    "time_zone": {**_TEXT, "description": "An IANA name, such as Europe/Berlin."},
    "is_admin": _FLAG,
}
_ID: JsonObject = {"name": "id", "in": "path", "required": True, "schema": _TEXT}


def user_paths() -> JsonObject:
    user = {
        "type": "object",
        "properties": {"id": _TEXT, "username": _TEXT, **_CHANGEABLE, "is_active": _FLAG},
    }
    new = _body({"username": _TEXT, **_CHANGEABLE}, ["username", "name", "email"])
    change = _body({**_CHANGEABLE, "is_active": {**_FLAG, "description": "False freezes the user."}}, [])
    link = {"type": "object", "properties": {"link": _TEXT, "expires_at": {**_TEXT, "format": "date-time"}}}
    users = {"type": "object", "properties": {"users": {"type": "array", "items": user}}}
    return {
        "/api/v1/users": {
            "get": _operation("list_tenant_users", "The users of the tenant", "200", users, 401, 403),
            "post": {
                **_operation("create_tenant_user", "Create a user", "201", user, 400, 401, 403, 413, 415, 422),
                "requestBody": json_body(new),
            },
        },
        "/api/v1/users/{id}": {
            "parameters": [_ID],
            "get": _operation("get_tenant_user", "One user", "200", user, 401, 403, 404),
            "patch": {
                **_operation("change_tenant_user", "Change a user", "200", user, 400, 401, 403, 404, 413, 415, 422),
                "requestBody": json_body(change),
            },
        },
        "/api/v1/users/{id}/invitation": {
            "parameters": [_ID],
            "post": _operation(
                "invite_tenant_user", "Make the link by which a user sets a password", "201", link, 401, 403, 404, 422
            ),
        },
    }


def _body(properties: JsonObject, required: list[str]) -> JsonObject:
    return {"type": "object", "required": required, "additionalProperties": False, "properties": properties}


def _operation(name: str, summary: str, status: str, schema: JsonObject, *problems: int) -> JsonObject:
    return {
        "operationId": name,
        "tags": ["users"],
        "summary": summary,
        "responses": {status: json_answer(summary, schema), **answers(None, None, *problems)},
    }
