"""The OpenAPI paths for why somebody may or may not, and for records that are shared by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trellis.api.openapi.answers import answers, json_answer, json_body
from trellis.explain.access import ASKED
from trellis.explain.access_words import LANGUAGES

JsonObject = dict[str, Any]

_TEXT: JsonObject = {"type": "string"}
_OPTIONAL: JsonObject = {"type": ["string", "null"]}
_ID: JsonObject = {"type": "string", "format": "uuid"}
_ACCESS: JsonObject = {"type": "string", "enum": ["read", "read_write"], "default": "read"}
_PRINCIPAL: JsonObject = {
    "type": "string",
    "description": "user:NAME, role:NAME, role_and_below:NAME, team:NAME, queue:NAME or everyone.",
}
_MOMENT: JsonObject = {"type": ["string", "null"], "format": "date-time"}


def access_paths(object_names: tuple[str, ...]) -> Mapping[str, JsonObject]:
    named = {"type": "string", "enum": list(object_names)}
    paths: dict[str, JsonObject] = {
        "/api/v1/access/preview": {"post": _preview()},
        "/api/v1/access/why": {"get": _why(named if object_names else _TEXT)},
    }
    for name in object_names:
        paths.update(_share_paths(name))
    return paths


def _share_paths(name: str) -> Mapping[str, JsonObject]:
    record = f"/api/v1/records/{name}/{{id}}/shares"
    return {
        record: {
            "parameters": [_path("id", _ID)],
            "get": _operation(
                f"list_{name}_shares", name, "Whom a record is shared with by hand", {"200": _shares()}, 400, 404
            ),
            "post": _operation(
                f"create_{name}_share",
                name,
                "Share a record; a second share with the same person or group takes the place of the first",
                {"201": json_answer("Shared", _share())},
                *(400, 404, 413, 415, 422),
                requestBody=json_body(_new_share()),
            ),
        },
        f"{record}/{{share}}": {
            "parameters": [_path("id", _ID), _path("share", _ID)],
            "delete": _operation(
                f"delete_{name}_share", name, "Take a share back", {"204": {"description": "Taken back"}}, 400, 404
            ),
        },
    }


def _operation(
    operation_id: str, tag: str, summary: str, success: Mapping[str, JsonObject], *refusals: int, **more: Any
) -> JsonObject:
    return {
        "operationId": operation_id,
        "tags": [tag],
        "summary": summary,
        **more,
        "responses": {**success, **answers(None, None, 401, 403, *refusals)},
    }


def _why(named: JsonObject) -> JsonObject:
    ground = {
        "kind": _TEXT,
        "grants": {"type": "boolean"},
        "name": _OPTIONAL,
        "label": _OPTIONAL,
        "path": {"type": "array", "items": _TEXT},
        "until": _MOMENT,
        "sentence": _TEXT,
    }
    answer = {
        "user": _TEXT,
        "object": _TEXT,
        "id": _TEXT,
        "action": {"type": "string", "enum": list(ASKED)},
        "field": _OPTIONAL,
        "allowed": {"type": "boolean"},
        "is_there": {"type": "boolean"},
        "verdict": _TEXT,
        "grounds": {"type": "array", "items": _object(ground)},
    }
    parameters = [
        _query("user", _TEXT, "A user name or e-mail address; oneself when it is not given."),
        {**_query("object", named, "The record's object."), "required": True},
        {**_query("id", _ID, "The record's id."), "required": True},
        _query("field", _TEXT, "A field of it."),
        _query("action", {"type": "string", "enum": list(ASKED), "default": "read"}, "What is to be done with it."),
        _query(
            "language", {"type": "string", "enum": list(LANGUAGES)}, "Of the sentences; the caller's own otherwise."
        ),
    ]
    return _operation(
        "explain_access",
        "access",
        "Why somebody may, or may not, see or change a record or a field of it",
        {"200": json_answer("OK", _object(answer))},
        *(400, 404),
        parameters=parameters,
    )


def _preview() -> JsonObject:
    names: JsonObject = {"type": "array", "items": _TEXT}
    count: JsonObject = {
        "type": ["integer", "null"],
        "description": "At most 10,000; null: not known before the deploy.",
    }
    change = {
        "user": _TEXT,
        "object": _TEXT,
        **dict.fromkeys(("rights_gained", "rights_lost", "fields_gained", "fields_lost", "sensitive"), names),
        **dict.fromkeys(("record_types_gained", "record_types_lost"), names),
        **dict.fromkeys(("records_before", "records_after"), count),
    }
    answer = _object(
        {
            "people": {"type": "integer"},
            "is_complete": {"type": "boolean"},
            "changes": {"type": "array", "items": _object(change)},
        }
    )
    files = {"type": "object", "additionalProperties": {"type": ["string", "null"]}}
    properties = {"files": files, "replace": {"type": "boolean", "default": False}}
    body = {"type": "object", "required": ["files"], "additionalProperties": False, "properties": properties}
    return _operation(
        "preview_access",
        "access",
        "Who would see more or less after deploying these files",
        {"200": json_answer("OK", answer)},
        *(400, 413, 415, 422),
        requestBody=json_body(body),
    )


def _shares() -> JsonObject:
    return json_answer("OK", _object({"shares": {"type": "array", "items": _share()}}))


def _share() -> JsonObject:
    return _object(
        {
            "id": _ID,
            "principal": {**_TEXT, "description": "A user as user:ID."},
            "label": _TEXT,
            "access": _ACCESS,
            "cause": {"type": "string", "enum": ["manual", "team"]},
            "team_role": _OPTIONAL,
            "expires_at": _MOMENT,
            "created_at": {"type": "string", "format": "date-time"},
            "created_by": {"type": ["string", "null"], "format": "uuid"},
        }
    )


def _new_share() -> JsonObject:
    properties = {
        "principal": _PRINCIPAL,
        "access": _ACCESS,
        "team_role": {**_OPTIONAL, "description": "What somebody on the record's team is there for."},
        "expires_at": _MOMENT,
    }
    return {"type": "object", "required": ["principal"], "additionalProperties": False, "properties": properties}


def _object(properties: JsonObject) -> JsonObject:
    return {"type": "object", "required": list(properties), "properties": properties}


def _path(name: str, schema: JsonObject) -> JsonObject:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query(name: str, schema: JsonObject, description: str) -> JsonObject:
    return {"name": name, "in": "query", "description": description, "schema": schema}
