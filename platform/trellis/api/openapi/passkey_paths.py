"""The addresses of passkeys, for the description of the API."""

from __future__ import annotations

from typing import Any

from trellis.api.openapi.answers import answers, json_answer, json_body
from trellis.security.passkeys.service import LONGEST_NAME

JsonObject = dict[str, Any]
_TEXT: JsonObject = {"type": "string"}
_MOMENT: JsonObject = {"type": "string", "format": "date-time"}
_NAME: JsonObject = {**_TEXT, "minLength": 1, "maxLength": LONGEST_NAME}


def passkey_paths() -> JsonObject:
    return {
        "/api/v1/passkeys": {"get": _listing("list_passkeys", "One's own passkeys")},
        "/api/v1/passkeys/{id}": {
            "parameters": [_path("id")],
            "patch": _rename(),
            "delete": _removal("remove_passkey", "Remove a passkey"),
        },
        "/api/v1/users/{id}/passkeys": {
            "parameters": [_path("id")],
            "get": _listing("list_passkeys_of_user", "The passkeys of a user", 404),
        },
        "/api/v1/users/{id}/passkeys/{passkey}": {
            "parameters": [_path("id"), _path("passkey")],
            "delete": _removal(
                "remove_passkey_of_user", "Remove a passkey of a user, such as of a device that is lost"
            ),
        },
    }


def _listing(name: str, summary: str, *problems: int) -> JsonObject:
    used = {"type": ["string", "null"], "format": "date-time"}
    party = {**_TEXT, "description": "The name of the site that it belongs to."}
    backed_up = {"type": "boolean", "description": "Whether its owner's account keeps it, beside the device."}
    shown = {"id": _TEXT, "name": _TEXT, "party": party, "is_backed_up": backed_up}
    passkey = {"type": "object", "properties": {**shown, "created_at": _MOMENT, "last_used_at": used}}
    body = {"type": "object", "properties": {"passkeys": {"type": "array", "items": passkey}}}
    responses = {"200": json_answer(summary, body), **answers(None, None, 401, 403, *problems)}
    return _operation(name, summary, responses)


def _rename() -> JsonObject:
    body = {"type": "object", "required": ["name"], "additionalProperties": False, "properties": {"name": _NAME}}
    responses = {"204": {"description": "Done"}, **answers(None, None, 400, 401, 403, 404, 413, 415, 422)}
    return {**_operation("rename_passkey", "Give a passkey another name", responses), "requestBody": json_body(body)}


def _removal(name: str, summary: str) -> JsonObject:
    return _operation(name, summary, {"204": {"description": "Done"}, **answers(None, None, 401, 403, 404)})


def _operation(name: str, summary: str, responses: JsonObject) -> JsonObject:
    return {"operationId": name, "tags": ["passkeys"], "summary": summary, "responses": responses}


def _path(name: str) -> JsonObject:
    return {"name": name, "in": "path", "required": True, "schema": _TEXT}
