"""The OpenAPI paths for approvals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trellis.api.openapi.answers import answers, json_answer, json_body
from trellis.automation.approvals.json_form import ACTS
from trellis.automation.approvals.reading import BOXES
from trellis.automation.approvals.service import MAX_COMMENT

JsonObject = dict[str, Any]

_TEXT: JsonObject = {"type": "string"}
_TEXT_OR_NULL: JsonObject = {"type": ["string", "null"]}
_ID: JsonObject = {"type": "string", "format": "uuid"}
_MOMENT: JsonObject = {"type": ["string", "null"], "format": "date-time"}
_COMMENT: JsonObject = {"type": ["string", "null"], "maxLength": MAX_COMMENT}
_STATUSES = ("pending", "approved", "rejected", "recalled")


def approval_paths(names: Mapping[str, Sequence[str]]) -> Mapping[str, JsonObject]:
    """`names`: the approvals of each object that the actor may read."""
    one = "/api/v1/approvals/{id}"
    return {
        "/api/v1/approvals": {"get": _list()},
        one: {"parameters": [_path("id")], "get": _operation("get_approval_request", "A request and its history", 404)},
        f"{one}/approve": {"parameters": [_path("id")], "post": _decide("approve_request", "Agree to a request")},
        f"{one}/reject": {
            "parameters": [_path("id")],
            "post": _decide("reject_request", "Reject a request, with a reason", is_required=True),
        },
        f"{one}/recall": {"parameters": [_path("id")], "post": _decide("recall_request", "Take a request back")},
        f"{one}/delegate": {"parameters": [_path("id")], "post": _delegate()},
        **{
            f"/api/v1/records/{name}/{{id}}/approvals": {
                "parameters": [_path("id")],
                "get": _of_record(name),
                "post": _submit(name, approvals),
            }
            for name, approvals in names.items()
        },
    }


def _operation(
    operation_id: str, summary: str, *refusals: int, success: JsonObject | None = None, **more: Any
) -> JsonObject:
    return {
        "operationId": operation_id,
        "tags": ["approvals"],
        "summary": summary,
        **more,
        "responses": {**(success or {"200": json_answer("OK", _request())}), **answers(None, None, 401, *refusals)},
    }


def _list() -> JsonObject:
    asked = {
        "box": {
            "type": "string",
            "enum": list(BOXES),
            "default": "waiting",
            "description": "What waits for the caller; what they submitted and is not decided; what they decided or is over.",
        },
        "limit": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 50},
    }
    parameters = [{"name": name, "in": "query", "schema": schema} for name, schema in asked.items()]
    page = _object({"requests": {"type": "array", "items": _object(_listed())}})
    return _operation(
        "list_approval_requests",
        "One's own requests for approval, the newest first",
        400,
        success={"200": json_answer("OK", page)},
        parameters=parameters,
    )


def _of_record(object_name: str) -> JsonObject:
    submittable = _object({"name": _TEXT, "label": _TEXT})
    page = _object(
        {
            "requests": {"type": "array", "items": _object(_listed())},
            "submittable": {
                "type": "array",
                "items": submittable,
                "description": "The approvals that it could be submitted for now.",
            },
        }
    )
    return _operation(
        f"list_approvals_of_{object_name}",
        "The requests of a record, and what it could be submitted for",
        403,
        404,
        success={"200": json_answer("OK", page)},
        tags=[object_name],
    )


def _submit(object_name: str, approvals: Sequence[str]) -> JsonObject:
    body = {
        "approval": {"enum": [*approvals, None], "description": "May be left out where the object has one only."},
        "comment": _COMMENT,
    }
    return _operation(
        f"submit_{object_name}",
        "Submit a record for approval",
        *(400, 403, 404, 413, 415, 422),
        success={"201": json_answer("Submitted", _request())},
        tags=[object_name],
        requestBody=_optional(_closed(body)),
    )


def _decide(operation_id: str, summary: str, *, is_required: bool = False) -> JsonObject:
    body = _closed({"comment": {**_COMMENT, "type": "string"} if is_required else _COMMENT})
    if is_required:
        body["required"] = ["comment"]
    return _operation(
        operation_id,
        summary,
        *(400, 403, 404, 409, 413, 415, 422),
        requestBody=json_body(body) if is_required else _optional(body),
    )


def _delegate() -> JsonObject:
    body = _closed(
        {
            "to": {**_TEXT, "description": "An id or a user name."},
            "from": {**_TEXT_OR_NULL, "description": "Whose vote it is; the caller's own when left out."},
            "comment": _COMMENT,
        }
    )
    return _operation(
        "delegate_request",
        "Let somebody else decide",
        *(400, 403, 404, 409, 413, 415, 422),
        requestBody=json_body({**body, "required": ["to"]}),
    )


def _listed() -> JsonObject:
    return {
        "id": _ID,
        "approval": _TEXT,
        "label": _TEXT,
        "object": _TEXT,
        "record_id": _ID,
        "title": {**_TEXT, "description": "What the record was called when it was submitted."},
        "status": {"type": "string", "enum": list(_STATUSES)},
        "step": _TEXT_OR_NULL,
        "step_label": _TEXT_OR_NULL,
        "comment": _TEXT_OR_NULL,
        "submitted_by": {"anyOf": [_person(), {"type": "null"}]},
        "submitted_at": {"type": "string", "format": "date-time"},
        "ended_at": _MOMENT,
    }


def _request() -> JsonObject:
    someone = {"anyOf": [_person(), {"type": "null"}]}
    event = {
        "kind": _TEXT,
        "step": _TEXT_OR_NULL,
        "by": someone,
        "to": someone,
        "comment": _TEXT_OR_NULL,
        "reason": {**_TEXT_OR_NULL, "description": "Why a step was passed over: condition or skip_if; how it ended."},
        "at": {"type": "string", "format": "date-time"},
    }
    ahead = {
        "step": _TEXT,
        "step_label": _TEXT,
        "passed_over": {"enum": ["condition", "skip_if", None]},
        "needed": {"type": ["integer", "null"]},
        "people": {"type": "array", "items": _person()},
    }
    more = {
        "needed": {"type": ["integer", "null"], "description": "How many must agree to the present step."},
        "waiting_for": {"type": "array", "items": _person()},
        "may": {"type": "array", "items": {"type": "string", "enum": list(ACTS)}},
        "history": {"type": "array", "items": _object(event)},
        "ahead": {"type": "array", "items": _object(ahead), "description": "As it would be for the record now."},
    }
    return _object({**_listed(), **more})


def _person() -> JsonObject:
    return _object({"id": _ID, "username": _TEXT, "name": _TEXT})


def _object(properties: JsonObject) -> JsonObject:
    return {"type": "object", "required": list(properties), "properties": properties}


def _closed(properties: JsonObject) -> JsonObject:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _optional(schema: JsonObject) -> JsonObject:
    return {**json_body(schema), "required": False}


def _path(name: str) -> JsonObject:
    return {"name": name, "in": "path", "required": True, "schema": _TEXT}
