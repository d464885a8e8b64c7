"""The OpenAPI paths for the audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from trellis.api.openapi.answers import answers, json_answer, json_body, parameter
from trellis.security.audit.asked import EVENT_NAMES, SUBJECT_KINDS
from trellis.security.audit.chain import FindingKind
from trellis.security.audit.export import MEDIA_TYPES, Format

JsonObject = dict[str, Any]

_TEXT: JsonObject = {"type": "string"}
_OR_NOTHING: JsonObject = {"type": ["string", "null"]}
_MOMENT: JsonObject = {"type": "string", "format": "date-time"}
_NUMBER: JsonObject = {"type": "integer", "minimum": 1}
_COUNT: JsonObject = {"type": "integer", "minimum": 0}
_HASH: JsonObject = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_ASKED: Mapping[str, JsonObject] = {
    "event": {**_TEXT, "description": f"Names between commas, of: {', '.join(EVENT_NAMES)}."},
    "actor": {**_TEXT, "description": "The id of the user who did it."},
    "subject_kind": {"type": "string", "enum": list(SUBJECT_KINDS)},
    "subject": {**_TEXT, "description": "The id or name of what it was done to."},
    "address": {**_TEXT, "description": "The network address that it came from."},
    "since": {**_TEXT, "description": "A date or a moment, included."},
    "until": {**_TEXT, "description": "A date or a moment, not included."},
}


def audit_paths() -> Mapping[str, JsonObject]:
    return {
        "/api/v1/audit": {"get": _list()},
        "/api/v1/audit/export": {"get": _export()},
        "/api/v1/audit/anchor": {"get": _anchor()},
        "/api/v1/audit/verify": {"post": _verify()},
        "/api/v1/audit/{number}": {
            "parameters": [{"name": "number", "in": "path", "required": True, "schema": _NUMBER}],
            "get": _operation("get_audit_row", "One row of the audit", {"200": json_answer("OK", _row())}, 400, 404),
        },
    }


def _operation(operation_id: str, summary: str, success: JsonObject, *refusals: int, **more: Any) -> JsonObject:
    responses = {**success, **answers(None, None, 401, 403, *refusals)}
    return {"operationId": operation_id, "tags": ["audit"], "summary": summary, **more, "responses": responses}


def _asked() -> list[JsonObject]:
    return [{"name": name, "in": "query", "schema": schema} for name, schema in _ASKED.items()]


def _list() -> JsonObject:
    page = {
        "rows": {"type": "array", "items": _row()},
        "next_before": {
            "type": ["integer", "null"],
            "description": "`before` for the next page; null on the last one.",
        },
    }
    before = {"name": "before", "in": "query", "schema": _NUMBER}
    asked = [*_asked(), parameter("limit"), before]
    answer = {"200": json_answer("OK", _object(page))}
    return _operation("list_audit", "What was audited, the newest first", answer, 400, parameters=asked)


def _export() -> JsonObject:
    shape = {"name": "format", "in": "query", "schema": {"type": "string", "enum": list(get_args(Format))}}
    content = {media_type.partition(";")[0]: {"schema": _TEXT} for media_type in MEDIA_TYPES.values()}
    answer = {"200": {"description": "The rows, the oldest first", "content": content}}
    return _operation("export_audit", "The audit as a file", answer, 400, parameters=[*_asked(), shape])


def _anchor() -> JsonObject:
    answer = {"200": json_answer("OK", _anchor_schema())}
    return _operation("get_audit_anchor", "Where the audit ends now, for keeping elsewhere", answer)


def _verify() -> JsonObject:
    anchors = {"type": "array", "maxItems": 100, "items": _anchor_schema()}
    schema = {"type": "object", "additionalProperties": False, "properties": {"anchors": anchors}}
    finding = {"kind": {"type": "string", "enum": list(get_args(FindingKind))}, "number": _COUNT, "message": _TEXT}
    said = {
        "is_intact": {"type": "boolean"},
        "first": _NUMBER,
        "last": _COUNT,
        "findings": {"type": "array", "maxItems": 100, "items": _object(finding)},
        "finding_count": _COUNT,
        "anchors": {**_COUNT, "description": "How many were compared."},
        "pruned_anchors": {**_COUNT, "description": "How many are about rows that were pruned."},
    }
    return _operation(
        "verify_audit",
        "Whether the audit is as it was written",
        {"200": json_answer("OK", _object(said))},
        *(400, 413, 415),
        requestBody={**json_body(schema), "required": False},
    )


def _anchor_schema() -> JsonObject:
    return _object({"tenant": _TEXT, "number": _COUNT, "hash": _HASH, "made_at": _MOMENT})


def _row() -> JsonObject:
    or_nothing = ("actor_id", "actor_name", "channel", "credential_id", "address")
    return _object(
        {
            "number": _NUMBER,
            "occurred_at": _MOMENT,
            "event": {"type": "string", "enum": list(EVENT_NAMES)},
            **dict.fromkeys((*or_nothing, "subject_kind", "subject_id", "subject_name"), _OR_NOTHING),
            "details": {"type": "object"},
            "hash": _HASH,
        }
    )


def _object(properties: JsonObject) -> JsonObject:
    return {"type": "object", "required": list(properties), "properties": properties}
