"""The OpenAPI paths for formulas: checked, formatted, completed, explained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metamodel.fields.computed import RESULT_TYPES
from trellis.api.openapi.answers import answers, json_answer, json_body
from trellis.formulas.question import MAX_CHARACTERS, MODES

JsonObject = dict[str, Any]

_TEXT: JsonObject = {"type": "string"}
_OPTIONAL_TEXT: JsonObject = {"type": ["string", "null"]}
_FORMULA: JsonObject = {"type": "string", "maxLength": MAX_CHARACTERS}
_OFFSET: JsonObject = {"type": "integer", "minimum": 0, "description": "Counts characters (code points) from 0."}


def formula_paths(object_names: tuple[str, ...]) -> Mapping[str, JsonObject]:
    question = _question(object_names)
    at = {**question, "position": {**_OFFSET, "description": "In characters; the end when it is not given."}}
    required = ("object", "formula")
    return {
        "/api/v1/formulas/check": {
            "post": _ask(
                "check_formula",
                "What a formula gives, reads and says, and all that is wrong with it",
                _body(question, *required),
                _verdict(),
            )
        },
        "/api/v1/formulas/format": {
            "post": _ask(
                "format_formula",
                "A formula in its canonical form",
                _body({"formula": _FORMULA}, "formula"),
                _object({"formula": _TEXT}),
            )
        },
        "/api/v1/formulas/complete": {
            "post": _ask("complete_formula", "What may stand at a place", _body(at, *required), _completion())
        },
        "/api/v1/formulas/hover": {
            "post": _ask(
                "hover_formula",
                "What stands at a place",
                _body(at, *required),
                _object({"hover": _hover()}),
            )
        },
        "/api/v1/formulas/explain": {
            "post": _ask("explain_formula", "What every part of a formula gave", _explain(question), _explanation())
        },
        "/api/v1/formulas/functions": {
            "get": {
                "operationId": "list_functions",
                "tags": ["formulas"],
                "summary": "The functions, in the user's language",
                "responses": {"200": json_answer("OK", _functions()), **answers(None, None, 401)},
            }
        },
    }


def _ask(operation_id: str, summary: str, body: JsonObject, answer: JsonObject) -> JsonObject:
    return {
        "operationId": operation_id,
        "tags": ["formulas"],
        "summary": summary,
        "requestBody": json_body(body),
        "responses": {"200": json_answer("OK", answer), **answers(None, None, 400, 401, 403, 404, 413, 415, 422)},
    }


def _question(object_names: tuple[str, ...]) -> JsonObject:
    return {
        "object": {"type": "string", "enum": list(object_names)} if object_names else _TEXT,
        "formula": _FORMULA,
        "syntax": {"type": "string", "enum": list(MODES), "default": "trellis"},
        "returns": {
            "type": ["string", "null"],
            "enum": [*RESULT_TYPES, None],
            "description": "What it must give; null for anything.",
        },
        "blank_as_zero": {"type": "boolean", "default": False, "description": "A blank number field reads as 0."},
    }


def _explain(question: JsonObject) -> JsonObject:
    properties = {
        **question,
        "field": {**_OPTIONAL_TEXT, "description": "A formula field of the object, instead of a formula."},
        "record": {**_OPTIONAL_TEXT, "description": "The id of the record to evaluate on."},
        "values": {
            "type": ["object", "null"],
            "description": "Values by field or path, instead of a record; what is not given is blank.",
        },
    }
    return _body(properties, "object")


def _verdict() -> JsonObject:
    target = _object({"target": _TEXT, "supported": {"type": "boolean"}, "reason": _OPTIONAL_TEXT})
    return _object(
        {
            "is_valid": {"type": "boolean"},
            "type": {**_OPTIONAL_TEXT, "description": "text, number, boolean, date, datetime, time, ..."},
            "references": _list(_TEXT),
            "user_fields": _list(_TEXT),
            "functions": _list(_TEXT),
            "errors": _list(_finding()),
            "warnings": _list(_finding()),
            "canonical": _OPTIONAL_TEXT,
            "sentences": {"type": "object", "additionalProperties": _TEXT, "description": "In words, by language."},
            "targets": _list(target),
        }
    )


def _finding() -> JsonObject:
    number = {"type": "integer", "minimum": 1}
    return _object(
        {
            "code": _TEXT,
            "message": _TEXT,
            "hint": _OPTIONAL_TEXT,
            "line": number,
            "column": number,
            "start": _OFFSET,
            "end": _OFFSET,
        }
    )


def _completion() -> JsonObject:
    offer = _object({"label": _TEXT, "kind": _TEXT, "detail": _TEXT, "info": _TEXT, "insert": _TEXT})
    return _object({"start": _OFFSET, "end": _OFFSET, "offers": _list(offer)})


def _hover() -> JsonObject:
    hover = _object({"start": _OFFSET, "end": _OFFSET, "title": _TEXT, "text": _TEXT})
    return {"anyOf": [hover, {"type": "null"}]}


def _explanation() -> JsonObject:
    part: JsonObject = {"type": "object", "description": "A part: its text, value and parts of its own."}
    return _object({"type": _TEXT, "value": {}, "error": {}, "explanation": part})


def _functions() -> JsonObject:
    example = {"anyOf": [_object({"formula": _TEXT, "result": _TEXT}), {"type": "null"}]}
    one = _object({"name": _TEXT, "group": _TEXT, "signature": _TEXT, "summary": _TEXT, "example": example})
    return _object({"functions": _list(one)})


def _body(properties: JsonObject, *required: str) -> JsonObject:
    return {"type": "object", "required": list(required), "additionalProperties": False, "properties": properties}


def _object(properties: JsonObject) -> JsonObject:
    return {"type": "object", "required": list(properties), "properties": properties}


def _list(items: JsonObject) -> JsonObject:
    return {"type": "array", "items": items}
