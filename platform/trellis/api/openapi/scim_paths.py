"""The addresses of SCIM, for the description of the API. What they take and give is in RFC 7643, and at /scim/v2/Schemas."""

from __future__ import annotations

from typing import Any

JsonObject = dict[str, Any]
_ANY: JsonObject = {"type": "object", "additionalProperties": True}
_BODY: JsonObject = {"required": True, "content": {"application/scim+json": {"schema": _ANY}}}
_ID: JsonObject = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
_REFUSALS = {
    400: "Not understood",
    401: "No credential that holds",
    403: "Not allowed",
    404: "No such resource",
    409: "Somebody else has the value",
    412: "The resource is another by now",
}


def scim_paths() -> JsonObject:
    at = "/scim/v2"
    listing = [
        {"name": name, "in": "query", "required": False, "schema": {"type": kind}}
        for name, kind in (("filter", "string"), ("startIndex", "integer"), ("count", "integer"))
    ]
    return {
        f"{at}/ServiceProviderConfig": {"get": _operation("get_scim_config", "What this server can do of SCIM")},
        f"{at}/ResourceTypes": {"get": _operation("list_scim_types", "The types of resources")},
        f"{at}/ResourceTypes/{{id}}": {
            "parameters": [_ID],
            "get": _operation("get_scim_type", "One type of resources", 404),
        },
        f"{at}/Schemas": {"get": _operation("list_scim_schemas", "The schemas")},
        f"{at}/Schemas/{{id}}": {"parameters": [_ID], "get": _operation("get_scim_schema", "One schema", 404)},
        f"{at}/Users": {
            "get": {**_operation("list_scim_users", "The users", 400), "parameters": listing},
            "post": _writing("create_scim_user", "Make a user", "201", 409),
        },
        f"{at}/Users/{{id}}": {
            "parameters": [_ID],
            "get": _operation("get_scim_user", "One user", 404),
            "put": _writing("replace_scim_user", "Say everything of a user anew", "200", 404, 409, 412),
            "patch": _writing("patch_scim_user", "Change some of a user", "200", 404, 409, 412),
            "delete": _empty("remove_scim_user", "Take a user away: they are frozen", 404, 412),
        },
        f"{at}/Groups": {
            "get": {**_operation("list_scim_groups", "Roles, teams and permission sets", 400), "parameters": listing},
            "post": _writing("create_scim_group", "Refused: deploys make groups", "403"),
        },
        f"{at}/Groups/{{id}}": {
            "parameters": [_ID],
            "get": _operation("get_scim_group", "One group", 404),
            "put": _writing("replace_scim_group", "Say who is in a group", "200", 404, 409, 412),
            "patch": _writing("patch_scim_group", "Put users into a group, and take them out", "200", 404, 409, 412),
            "delete": _empty("remove_scim_group", "Refused: deploys remove groups", 403),
        },
    }


def _operation(name: str, summary: str, *refusals: int) -> JsonObject:
    return {"operationId": name, "tags": ["scim"], "summary": summary, "responses": _answers("200", summary, refusals)}


def _writing(name: str, summary: str, status: str, *refusals: int) -> JsonObject:
    answers = _answers(status, summary, (400, *refusals))
    if status == "403":
        answers["200"] = {"description": "Never"}
    return {
        "operationId": name,
        "tags": ["scim"],
        "summary": summary,
        "requestBody": _BODY,
        "responses": answers,
    }


def _empty(name: str, summary: str, *refusals: int) -> JsonObject:
    answers = {"204": {"description": "Done"}, **_answers("", "", refusals)}
    return {"operationId": name, "tags": ["scim"], "summary": summary, "responses": answers}


def _answers(status: str, summary: str, refusals: tuple[int, ...]) -> JsonObject:
    content = {"application/scim+json": {"schema": _ANY}}
    found: JsonObject = {status: {"description": summary, "content": content}} if status else {}
    for one in sorted({401, 403, *refusals}):
        found[str(one)] = {"description": _REFUSALS[one], "content": content}
    return found
