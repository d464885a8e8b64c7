"""The OpenAPI paths for who gets records: what waits in queues, who is away, roles, teams and permission sets; and for rules that are
called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trellis.api.openapi.answers import answers, json_answer, json_body, parameter
from trellis.automation.group_members import MAX_MEMBERS
from trellis.automation.groups import GroupKind
from trellis.automation.pulling import COUNTED
from trellis.records.parse import MAX_BATCH

JsonObject = dict[str, Any]

_TEXT: JsonObject = {"type": "string"}
_ID: JsonObject = {"type": "string", "format": "uuid"}
_COUNT: JsonObject = {"type": "integer", "minimum": 0}
_VERSION: JsonObject = {"type": "integer", "minimum": 1}
_FLAG: JsonObject = {"type": "boolean", "default": False}
_NARROWED: Mapping[str, JsonObject] = {
    "object": {"type": "string", "description": "Only records of this object."},
    "where": {"type": "string", "description": 'Only records for which the formula holds, such as status <> "Done".'},
}


def assignee_paths() -> Mapping[str, JsonObject]:
    return {
        "/api/v1/queues/waiting": {"get": _waiting()},
        "/api/v1/queues/{queue}/pull": {"parameters": [_path("queue")], "post": _pull()},
        "/api/v1/queues/{queue}/members/{user}": {
            "parameters": [_path("queue"), _path("user")],
            "patch": _change_member(),
        },
        "/api/v1/queues/{queue}/reassign": {"parameters": [_path("queue")], "post": _reassign()},
        **_group_paths("role", "Who has a role, in the order in which they take turns", "Give a role to these people"),
        **_group_paths("team", "Who is in a team, in the order in which they take turns", "Make these people a team"),
        **_group_paths("permission_set", "Who has a permission set", "Give a permission set to these people"),
        **_group_paths(
            "permission_group", "Who has a group of permission sets", "Give a group of permission sets to these people"
        ),
        "/api/v1/objects/{object}/rules": {"parameters": [_path("object")], "get": _callable()},
        "/api/v1/rules/{name}/call": {"parameters": [_path("name")], "post": _call()},
    }


def _operation(
    operation_id: str, tag: str, summary: str, answer: JsonObject, *refusals: int, **more: Any
) -> JsonObject:
    return {
        "operationId": operation_id,
        "tags": [tag],
        "summary": summary,
        **more,
        "responses": {"200": json_answer("OK", answer), **answers(None, None, 401, 403, *refusals)},
    }


def _waiting() -> JsonObject:
    one = {
        "queue": _TEXT,
        "label": _TEXT,
        "object": _TEXT,
        "waiting": {**_COUNT, "maximum": COUNTED, "description": f"Counted up to {COUNTED:,}."},
        "since": {"type": ["string", "null"], "format": "date-time", "description": "When the oldest was created."},
    }
    answer = _object({"queues": _list(_object(one))})
    return _operation("list_waiting", "queues", "The queues one sits at, and what waits there", answer, 400)


def _pull() -> JsonObject:
    taken = {"anyOf": [_object({"object": _TEXT, "id": _ID, "version": _VERSION}), {"type": "null"}]}
    body = {"type": "object", "additionalProperties": False, "properties": {"object": _NARROWED["object"]}}
    return _operation(
        "pull_record",
        "queues",
        "Take the record that waits longest; null when none does",
        _object({"taken": taken}),
        *(400, 404, 409, 415, 422),
        requestBody={**json_body(body), "required": False},
    )


def _change_member() -> JsonObject:
    body = {
        "type": "object",
        "required": ["is_absent"],
        "additionalProperties": False,
        "properties": {
            "is_absent": {"type": "boolean"},
            "reassign": {**_FLAG, "description": "What they own goes back through the queue at once."},
            **_NARROWED,
        },
    }
    member = {"type": "object", "description": "As in the list of members."}
    answer = _object({"member": member, "reassigned": {"anyOf": [_reassigned(), {"type": "null"}]}})
    return _operation(
        "mark_absence",
        "queues",
        "Say that somebody at the queue is away, or back",
        answer,
        *(400, 404, 413, 415, 422),
        requestBody=json_body(body),
    )


def _reassign() -> JsonObject:
    body = {
        "type": "object",
        "required": ["user"],
        "additionalProperties": False,
        "properties": {"user": {"type": "string", "description": "An id or a user name."}, **_NARROWED},
    }
    return _operation(
        "reassign",
        "queues",
        "Give back through the queue what somebody owns",
        _reassigned(),
        *(400, 404, 413, 415, 422),
        requestBody=json_body(body),
    )


def _reassigned() -> JsonObject:
    said = {
        "moved": "Others at the queue own them now.",
        "waiting": "They wait in the queue: nobody could take them.",
        "refused": "They stayed: saving them was refused.",
    }
    return _object({name: {**_COUNT, "description": text} for name, text in said.items()})


def _group_paths(kind: GroupKind, listed: str, replaced: str) -> Mapping[str, JsonObject]:
    members, words = _members(), kind.replace("_", " ")
    group = _object({"name": _TEXT, "label": _TEXT, "members": members})
    every = _object({f"{kind}s": _list(group)})
    return {
        f"/api/v1/{kind}s": {
            "get": _operation(f"list_{kind}s", f"{kind}s", f"All {words}s and their members", every, 400)
        },
        f"/api/v1/{kind}s/{{name}}/members": {
            "parameters": [_path("name")],
            "get": _operation(f"list_{kind}_members", f"{kind}s", listed, members, 400, 404),
            "put": _operation(
                f"set_{kind}_members",
                f"{kind}s",
                f"{replaced}, in this order, and nobody else",
                members,
                *(400, 404, 412, 413, 415, 422),
                parameters=[parameter("if_match")],
                requestBody=json_body(members),
            ),
        },
    }


def _members() -> JsonObject:
    properties = {
        "user": {"type": "string", "description": "An id; a user name will do when it is sent."},
        "username": {"type": "string", "readOnly": True},
        "name": {"type": "string", "readOnly": True},
        "is_active": {"type": "boolean", "readOnly": True},
    }
    member = {"type": "object", "required": ["user"], "additionalProperties": False, "properties": properties}
    return {"type": "array", "items": member, "maxItems": MAX_MEMBERS}


def _callable() -> JsonObject:
    taken = {"name": _TEXT, "type": _TEXT, "object": {"type": "string", "description": "Whose record the id is of."}}
    given = {"type": "object", "required": ["name", "type"], "properties": taken}
    rule = _object(
        {"name": _TEXT, "object": _TEXT, "description": {"type": ["string", "null"]}, "parameters": _list(given)}
    )
    answer = _object({"rules": _list(rule)})
    return _operation(
        "list_callable_rules", "rules", "The rules that one may call for an object's records", answer, 404
    )


def _call() -> JsonObject:
    body = {
        "type": "object",
        "required": ["ids"],
        "additionalProperties": False,
        "properties": {
            "object": {"type": "string", "description": "Only needed when rules of several objects have the name."},
            "ids": {"type": "array", "items": _ID, "maxItems": MAX_BATCH},
            "values": {"type": "object", "description": "A value for each parameter; one left out is blank."},
        },
    }
    done = {"type": "boolean", "description": "Whether the rule's condition held."}
    record = _object({"id": _ID, "version": _VERSION, "is_done": done})
    return _operation(
        "call_rule",
        "rules",
        "Call a rule for records, all or none",
        _object({"rule": _TEXT, "records": _list(record)}),
        *(400, 404, 409, 413, 415, 422),
        requestBody=json_body(body),
    )


def _object(properties: Mapping[str, JsonObject]) -> JsonObject:
    return {"type": "object", "required": list(properties), "properties": dict(properties)}


def _list(items: JsonObject) -> JsonObject:
    return {"type": "array", "items": items}


def _path(name: str) -> JsonObject:
    return {"name": name, "in": "path", "required": True, "schema": _TEXT}
