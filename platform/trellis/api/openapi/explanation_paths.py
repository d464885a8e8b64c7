"""The OpenAPI path for why a record is as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from trellis.api.openapi.answers import answers, json_answer, parameter
from trellis.automation.ledger.note import Done
from trellis.formulas.words import LANGUAGES

JsonObject = dict[str, Any]

_TEXT: JsonObject = {"type": "string"}
_OPTIONAL_TEXT: JsonObject = {"type": ["string", "null"]}
_NUMBER: JsonObject = {"type": "integer"}


def explanation_paths(object_names: tuple[str, ...]) -> Mapping[str, JsonObject]:
    return {
        "/api/v1/explain/records/{object}/{id}": {
            "get": {
                "operationId": "explain_record",
                "tags": ["explain"],
                "summary": "What rules decided about a record, and why; the history of its tracked fields",
                "parameters": [
                    {
                        "name": "object",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string", "enum": list(object_names)},
                    },
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}},
                    {"name": "field", "in": "query", "description": "Only what is about this field.", "schema": _TEXT},
                    {
                        "name": "language",
                        "in": "query",
                        "description": "Of the sentences; the caller's own when it is not given.",
                        "schema": {"type": "string", "enum": list(LANGUAGES)},
                    },
                    parameter("limit"),
                ],
                "responses": {"200": json_answer("OK", _explained()), **answers(None, None, 400, 401, 403, 404)},
            }
        }
    }


def _explained() -> JsonObject:
    return _object(
        {
            "object": _TEXT,
            "id": _TEXT,
            "name": _TEXT,
            "happenings": {
                "type": "array",
                "description": "One for each save, the newest first.",
                "items": _happening(),
            },
            "has_more": {"type": "boolean"},
        }
    )


def _happening() -> JsonObject:
    return _object(
        {
            "at": {"type": "string", "format": "date-time"},
            "actor": _OPTIONAL_TEXT,
            "revision": _NUMBER,
            "reasons": {"type": "array", "items": _reason()},
            "changes": {"type": "array", "items": _changed()},
        }
    )


def _reason() -> JsonObject:
    read = _object({"path": _TEXT, "label": _TEXT, "value": {}, "text": _TEXT})
    origin = _object({"object": _TEXT, "id": _TEXT, "name": _TEXT})
    return _object(
        {
            "rule": _TEXT,
            "done": {"type": "string", "enum": list(get_args(Done))},
            "field": _OPTIONAL_TEXT,
            "sentence": _TEXT,
            "because": {"type": "string", "description": "The conditions that led to it, in words."},
            "file": _TEXT,
            "line": _NUMBER,
            "clause": {"type": "string", "description": "The line of the file, as it was then."},
            "read": {
                "type": ["array", "null"],
                "description": "The values that were read; null where they were not kept.",
                "items": read,
            },
            "origin": {"anyOf": [origin, {"type": "null"}], "description": "The record whose rule it was, if another."},
        }
    )


def _changed() -> JsonObject:
    names = ("field", "label", "sentence", "before", "after")
    return _object({**dict.fromkeys(names, _TEXT), "rule": _OPTIONAL_TEXT})


def _object(properties: JsonObject) -> JsonObject:
    return {"type": "object", "required": list(properties), "properties": properties}
