"""The OpenAPI paths for rule files that are being written: checked, formatted, completed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rule_engine.rules.parser import MAX_LENGTH
from trellis.api.openapi.answers import answers, json_answer, json_body

JsonObject = dict[str, Any]

_TEXT: JsonObject = {"type": "string"}
_OPTIONAL_TEXT: JsonObject = {"type": ["string", "null"]}
_RULES: JsonObject = {"type": "string", "maxLength": MAX_LENGTH, "description": "The text of a rule file."}
_NUMBER: JsonObject = {"type": "integer", "minimum": 1}
_OFFSET: JsonObject = {"type": "integer", "minimum": 0, "description": "Counts characters (code points) from 0."}
_KINDS = ("rule", "assignment", "validation", "approval", "test")


def rule_paths() -> Mapping[str, JsonObject]:
    position = {**_OFFSET, "description": "In characters; the end when it is not given."}
    offer = _object({"label": _TEXT, "kind": _TEXT, "detail": _TEXT, "info": _TEXT, "insert": _TEXT})
    return {
        "/api/v1/rules/check": _ask(
            "check_rules", "What is wrong with rules, what is hardly meant, and what they say", {}, _verdict()
        ),
        "/api/v1/rules/format": _ask(
            "format_rules", "Rules in their canonical form, comments kept", {}, _object({"rules": _TEXT})
        ),
        "/api/v1/rules/complete": _ask(
            "complete_rules",
            "What may stand at a place",
            {"position": position},
            _object({"start": _OFFSET, "end": _OFFSET, "offers": _list(offer)}),
        ),
    }


def _ask(operation_id: str, summary: str, more: JsonObject, answer: JsonObject) -> JsonObject:
    properties = {"rules": _RULES, **more}
    body = {"type": "object", "required": ["rules"], "additionalProperties": False, "properties": properties}
    return {
        "post": {
            "operationId": operation_id,
            "tags": ["rules"],
            "summary": summary,
            "requestBody": json_body(body),
            "responses": {"200": json_answer("OK", answer), **answers(None, None, 400, 401, 403, 413, 415, 422)},
        }
    }


def _verdict() -> JsonObject:
    error = _object(
        {
            "code": _TEXT,
            "message": _TEXT,
            "hint": _OPTIONAL_TEXT,
            "line": _NUMBER,
            "column": _NUMBER,
            "start": _OFFSET,
            "end": _OFFSET,
        }
    )
    finding = _object({"finding": _TEXT, "name": _TEXT, "object": _TEXT, "line": _NUMBER, "message": _TEXT})
    statement = _object(
        {
            "kind": {"type": "string", "enum": list(_KINDS)},
            "name": _TEXT,
            "object": _TEXT,
            "line": _NUMBER,
            "is_active": {"type": "boolean"},
            "sentences": {"type": "object", "additionalProperties": _TEXT, "description": "In words, by language."},
        }
    )
    return _object(
        {
            "is_valid": {"type": "boolean"},
            "errors": _list(error),
            "findings": {**_list(finding), "description": "Of static analysis: allowed, and hardly meant."},
            "canonical": _OPTIONAL_TEXT,
            "statements": {**_list(statement), "description": "Empty while something is wrong."},
        }
    )


def _object(properties: JsonObject) -> JsonObject:
    return {"type": "object", "required": list(properties), "properties": properties}


def _list(items: JsonObject) -> JsonObject:
    return {"type": "array", "items": items}
