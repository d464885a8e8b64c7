"""The addresses of second factors, for the description of the API."""

from __future__ import annotations

from typing import Any

from trellis.api.openapi.answers import answers, json_answer, json_body

JsonObject = dict[str, Any]
_TEXT: JsonObject = {"type": "string"}
_ID: JsonObject = {"name": "id", "in": "path", "required": True, "schema": _TEXT}
_APP: JsonObject = {
    "type": "object",
    "properties": {"secret": _TEXT, "uri": {**_TEXT, "description": "otpauth://…, for a QR code."}},
}
_CODES: JsonObject = {"type": "object", "properties": {"recovery_codes": {"type": "array", "items": _TEXT}}}
_CODE = ("code",)
_REFUSALS = (400, 401, 403, 413, 415, 429)


def second_factor_paths() -> JsonObject:
    state = {
        "type": "object",
        "properties": {
            "is_on": {"type": "boolean"},
            "recovery_codes_left": {"type": "integer"},
            "is_required": {"type": "boolean"},
        },
    }
    session: JsonObject = {"type": "object"}
    get = _operation("get_second_factor", "Whether one has a second factor", state, (401, 403))
    begin = _operation("begin_second_factor", "Set up an authenticator app: what to tell it", _APP, (401, 403, 409))
    finish = _operation("finish_sign_in", "The second step of signing in", session, _REFUSALS, ("token", "code"), "201")
    enrol = _operation(
        "begin_demanded_second_factor", "What to tell the app that one must set up", _APP, _REFUSALS, ("token",)
    )
    confirm = _operation("confirm_second_factor", "Turn it on with a code of the app", _CODES, (*_REFUSALS, 409), _CODE)
    return {
        "/api/v1/session/second-factor": {"post": {**finish, "security": []}},
        "/api/v1/session/enrolment": {"post": {**enrol, "security": []}},
        "/api/v1/second-factor": {"get": get, "post": begin, "put": confirm},
        "/api/v1/second-factor/recovery-codes": {
            "post": _operation("make_recovery_codes", "New recovery codes for old", _CODES, _REFUSALS, _CODE)
        },
        "/api/v1/second-factor/off": {
            "post": _nothing("turn_off_second_factor", "Turn it off", (*_REFUSALS, 409), _CODE)
        },
        "/api/v1/users/{id}/second-factor": {
            "parameters": [_ID],
            "delete": _nothing("reset_second_factor", "Take away the second factor of a user", (401, 403, 404)),
        },
    }


def _operation(
    name: str,
    summary: str,
    schema: JsonObject,
    problems: tuple[int, ...],
    members: tuple[str, ...] = (),
    status: str = "200",
) -> JsonObject:
    responses = {status: json_answer(summary, schema), **answers(None, None, *problems)}
    return {**_about(name, summary, members), "responses": responses}


def _nothing(name: str, summary: str, problems: tuple[int, ...], members: tuple[str, ...] = ()) -> JsonObject:
    responses = {"204": {"description": "Done"}, **answers(None, None, *problems)}
    return {**_about(name, summary, members), "responses": responses}


def _about(name: str, summary: str, members: tuple[str, ...]) -> JsonObject:
    operation: JsonObject = {"operationId": name, "tags": ["session"], "summary": summary}
    if members:
        properties = dict.fromkeys(members, _TEXT)
        body = {"type": "object", "required": list(members), "additionalProperties": False, "properties": properties}
        operation["requestBody"] = json_body(body)
    return operation
