"""The OpenAPI paths that every tenant has: queries, describe, queues, metadata, session, notifications."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trellis.api.openapi.answers import answers, json_answer, json_body, parameter
from trellis.automation.seat_checks import MAX_CAPACITY, MAX_MEMBERS, MAX_WEIGHT

JsonObject = dict[str, Any]

_TEXT: JsonObject = {"type": "string"}
_ANY_OBJECT: JsonObject = {"type": "object"}
_REVISION: JsonObject = {"type": "integer", "minimum": 0}
_AGREED: JsonObject = {
    "accept_destruction": {"type": "boolean", "default": False},
    "base_revision": {"type": "integer", "description": "The revision that the plan was made for."},
}


def platform_paths(object_names: tuple[str, ...]) -> Mapping[str, JsonObject]:
    return {
        "/api/v1/query": {"post": _query(object_names)},
        "/api/v1/objects": {"get": _read("list_objects", "describe", "The objects this user may see", 401)},
        "/api/v1/objects/{object}": {
            "parameters": [_path("object")],
            "get": _read("describe_object", "describe", "What this user may see and do with an object", 401, 404),
        },
        "/api/v1/queues": {"get": _read("list_queues", "queues", "All queues and who sits at them", 401, 403)},
        "/api/v1/queues/{queue}/members": {
            "parameters": [_path("queue")],
            "get": _read_members(),
            "put": _set_members(),
        },
        "/api/v1/metadata/plan": {
            "post": _change("plan_deploy", "metadata", "What a change of metadata would do", _planned())
        },
        "/api/v1/metadata/deploy": {
            "post": _change("deploy", "metadata", "Change the metadata, all or nothing", _deploy())
        },
        "/api/v1/metadata/rollback": {
            "post": _change("roll_back", "metadata", "Back to what an earlier revision was", _roll_back())
        },
        "/api/v1/metadata/pull": {"get": _read("pull", "metadata", "The metadata as files", 401, 403)},
        "/api/v1/metadata/history": {
            "get": {
                **_read("list_revisions", "metadata", "What was deployed, the newest first", 400, 401, 403),
                "parameters": [
                    {
                        "name": "limit",
                        "in": "query",
                        "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 50},
                    },
                    {"name": "before", "in": "query", "schema": {"type": "integer", "minimum": 0}},
                ],
            }
        },
        "/api/v1/metadata/history/{revision}": {
            "parameters": [_path("revision")],
            "get": _read("get_revision", "metadata", "One revision and what its deploy did", 401, 403, 404),
        },
        "/api/v1/metadata/schemas/{kind}": {
            "parameters": [_path("kind")],
            "get": _read("metadata_schema", "metadata", "The JSON Schema of one kind of component", 401, 404),
        },
        "/api/v1/session": {"post": _sign_in(), "delete": _remove("sign_out", "session", "Sign out")},
        "/api/v1/session/confirm": {"post": _confirm()},
        "/api/v1/password": {"put": _change_password()},
        "/api/v1/sessions": {
            "get": _read("list_sessions", "session", "One's own open sessions, newest first", 401),
            "delete": {
                **_remove("end_other_sessions", "session", "End all of one's sessions but this one"),
                "responses": {"200": json_answer("How many have ended", _ANY_OBJECT), **answers(None, None, 401, 403)},
            },
        },
        "/api/v1/sessions/{id}": {
            "parameters": [_path("id")],
            "delete": _remove("end_session", "session", "End one of one's own sessions"),
        },
        "/api/v1/notifications": {
            "get": _read("list_notifications", "notifications", "One's own notices, newest first", 401)
        },
        "/api/v1/notifications/read": {
            "post": _mark_read("read_all_notifications", "Mark all of one's own notices as read", 401, 403)
        },
        "/api/v1/notifications/stream": {"get": _stream()},
        "/api/v1/notifications/{id}/read": {
            "parameters": [_path("id")],
            "post": _mark_read("read_notification", "Mark one of one's own notices as read", 401, 403, 404),
        },
    }


def _read(operation_id: str, tag: str, summary: str, *refusals: int) -> JsonObject:
    return {
        "operationId": operation_id,
        "tags": [tag],
        "summary": summary,
        "responses": {"200": json_answer("OK", _ANY_OBJECT), **answers(None, None, *refusals)},
    }


def _change(operation_id: str, tag: str, summary: str, body: JsonObject, status: str = "200") -> JsonObject:
    return {
        "operationId": operation_id,
        "tags": [tag],
        "summary": summary,
        "requestBody": json_body(body),
        "responses": {status: json_answer("OK", _ANY_OBJECT), **answers(None, None, 400, 401, 403, 409, 413, 415, 422)},
    }


def _remove(operation_id: str, tag: str, summary: str) -> JsonObject:
    responses = {"204": {"description": "Done"}, **answers(None, None, 401, 403, 404)}
    return {"operationId": operation_id, "tags": [tag], "summary": summary, "responses": responses}


def _mark_read(operation_id: str, summary: str, *refusals: int) -> JsonObject:
    unread = {"type": "integer", "minimum": 0, "description": "How many notices are unread still."}
    answer = {"type": "object", "required": ["unread"], "properties": {"unread": unread}}
    return {
        "operationId": operation_id,
        "tags": ["notifications"],
        "summary": summary,
        "responses": {"200": json_answer("OK", answer), **answers(None, None, *refusals)},
    }


def _stream() -> JsonObject:
    schema = {"type": "string", "description": "Events `notifications`: how many are unread, and the newest of them."}
    events = {"description": "Server-sent events", "content": {"text/event-stream": {"schema": schema}}}
    return {
        "operationId": "stream_notifications",
        "tags": ["notifications"],
        "summary": "Be told of one's own notices as they come and are read",
        "responses": {"200": events, **answers(None, None, 400, 401)},
    }


def _query(object_names: tuple[str, ...]) -> JsonObject:
    sort = {"type": "object", "required": ["field"], "properties": {"field": _TEXT, "descending": {"type": "boolean"}}}
    body: JsonObject = {
        "type": "object",
        "required": ["object"],
        "additionalProperties": False,
        "properties": {
            "object": {"type": "string", "enum": list(object_names)} if object_names else _TEXT,
            "fields": {"type": "array", "items": _TEXT},
            "filter": {"type": ["string", "null"]},
            "sort": {"type": "array", "items": {"anyOf": [_TEXT, sort]}},
            "limit": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 50},
            "cursor": {"type": ["string", "null"]},
            "count": {"type": "boolean", "default": False},
        },
    }
    return _change("query", "query", "Read records by a query as data", body)


def _read_members() -> JsonObject:
    operation = _read("list_queue_members", "queues", "Who sits at a queue, in order", 401, 403, 404)
    operation["responses"]["200"] = json_answer("OK", _members())
    return operation


def _set_members() -> JsonObject:
    """Replacing the list; its size and the numbers as trellis.automation.seat_checks has them."""
    refusals = answers(None, None, 400, 401, 403, 404, 412, 413, 415, 422)
    return {
        "operationId": "set_queue_members",
        "tags": ["queues"],
        "summary": "Seat these people at a queue, in this order, and nobody else",
        "parameters": [parameter("if_match")],
        "requestBody": json_body(_members()),
        "responses": {"200": json_answer("OK", _members()), **refusals},
    }


def _members() -> JsonObject:
    properties = {
        "user": {"type": "string", "description": "An id; a user name will do when it is sent."},
        "username": {"type": "string", "readOnly": True},
        "name": {"type": "string", "readOnly": True},
        "is_active": {"type": "boolean", "readOnly": True},
        "weight": {
            "type": "integer",
            "minimum": 1,
            "maximum": MAX_WEIGHT,
            "default": 1,
            "description": "Kept, and not used yet: a rule that says weighted names its own.",
        },
        "capacity": {
            "type": ["integer", "null"],
            "minimum": 1,
            "maximum": MAX_CAPACITY,
            "default": None,
            "description": "Most records they take where a rule says least loaded; null for any number.",
        },
        "is_absent": {"type": "boolean", "default": False},
    }
    member = {"type": "object", "required": ["user"], "additionalProperties": False, "properties": properties}
    return {"type": "array", "items": member, "maxItems": MAX_MEMBERS}


def _source_change() -> JsonObject:
    return {
        "type": "object",
        "required": ["files"],
        "additionalProperties": False,
        "properties": {
            "files": {
                "type": "object",
                "additionalProperties": {"type": ["string", "null"]},
                "description": "Source by path; null removes a file.",
            },
            "replace": {"type": "boolean", "default": False, "description": "Remove the files that are not named."},
        },
    }


def _planned() -> JsonObject:
    back = {"type": "object", "required": ["rollback_to"], "additionalProperties": False}
    return {"oneOf": [_source_change(), {**back, "properties": {"rollback_to": _REVISION}}]}


def _deploy() -> JsonObject:
    change = _source_change()
    change["properties"] |= {**_AGREED, "summary": _TEXT}
    return change


def _roll_back() -> JsonObject:
    members = {"revision": _REVISION, **_AGREED}
    return {"type": "object", "required": ["revision"], "additionalProperties": False, "properties": members}


def _sign_in() -> JsonObject:
    body: JsonObject = {
        "type": "object",
        "required": ["username", "password"],
        "additionalProperties": False,
        "properties": {
            "tenant": {"type": "string", "description": "May be left out where there is one tenant only."},
            "username": _TEXT,
            "password": {"type": "string", "format": "password"},
        },
    }
    return {
        "operationId": "sign_in",
        "tags": ["session"],
        "summary": "Sign in: sets the session cookie and gives its CSRF token",
        "security": [],
        "requestBody": json_body(body),
        "responses": {
            "201": json_answer("Signed in", _ANY_OBJECT),
            "202": json_answer("A second step is left: next_step, and the token to show there", _ANY_OBJECT),
            **answers(None, None, 400, 401, 413, 415, 429),
        },
    }


def _change_password() -> JsonObject:
    password = {"type": "string", "format": "password"}
    body: JsonObject = {
        "type": "object",
        "required": ["current_password", "new_password"],
        "additionalProperties": False,
        "properties": {"current_password": password, "new_password": {**password, "minLength": 10, "maxLength": 256}},
    }
    return {
        "operationId": "change_password",
        "tags": ["session"],
        "summary": "Change one's own password; every session but this one ends",
        "requestBody": json_body(body),
        "responses": {"204": {"description": "Changed"}, **answers(None, None, 400, 401, 403, 413, 415, 422, 429)},
    }


def _confirm() -> JsonObject:
    body = {
        "type": "object",
        "required": ["password"],
        "additionalProperties": False,
        "properties": {"password": _TEXT},
    }
    until = {"type": "object", "properties": {"recent_until": {"type": "string", "format": "date-time"}}}
    return {
        "operationId": "confirm_session",
        "tags": ["session"],
        "summary": "Show one's password again, for what asks for a recent sign-in",
        "requestBody": json_body(body),
        "responses": {
            "200": json_answer("Confirmed", until),
            **answers(None, None, 400, 401, 403, 413, 415, 429),
        },
    }


def _path(name: str) -> JsonObject:
    return {"name": name, "in": "path", "required": True, "schema": _TEXT}
