"""The OpenAPI paths for what people consented to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metamodel.model import Model
from trellis.api.openapi.answers import answers, json_answer, json_body
from trellis.privacy.consents import MOST_SOURCE, purposes_of

JsonObject = dict[str, Any]

_TEXT: JsonObject = {"type": "string"}
_ID: JsonObject = {"type": "string", "format": "uuid"}
_MOMENT: JsonObject = {"type": "string", "format": "date-time"}
_GIVEN: JsonObject = {"type": "boolean", "description": "false: not given, or taken back."}


def consent_paths(model: Model, object_names: tuple[str, ...]) -> Mapping[str, JsonObject]:
    """Only of objects that a purpose is for."""
    asked = [name for name in object_names if purposes_of(model, name)]
    return {f"/api/v1/records/{name}/{{id}}/consents": _of_object(model, name) for name in asked}


def _of_object(model: Model, name: str) -> JsonObject:
    answer = _consents()
    properties = {
        "purpose": {"type": "string", "enum": [one.name for one in purposes_of(model, name)]},
        "given": _GIVEN,
        "source": {"type": "string", "minLength": 1, "maxLength": MOST_SOURCE, "description": "How it is known."},
        "said_at": {"type": ["string", "null"], "format": "date-time", "description": "Now when it is not given."},
    }
    body = {
        "type": "object",
        "required": ["purpose", "given", "source"],
        "additionalProperties": False,
        "properties": properties,
    }
    return {
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": _ID}],
        "get": {
            "operationId": f"list_{name}_consents",
            "tags": [name],
            "summary": "What the person consented to, and what was taken back",
            "responses": {"200": json_answer("OK", answer), **answers(None, None, 400, 401, 403, 404)},
        },
        "post": {
            "operationId": f"record_{name}_consent",
            "tags": [name],
            "summary": "Write down that the person consented, or took it back",
            "requestBody": json_body(body),
            "responses": {
                "201": json_answer("Written down", answer),
                **answers(None, None, 400, 401, 403, 404, 413, 415, 422),
            },
        },
    }


def _consents() -> JsonObject:
    purpose = {
        "purpose": _TEXT,
        "label": _TEXT,
        "description": {"type": ["string", "null"]},
        "state": {"type": "string", "enum": ["given", "withdrawn", "not_asked"]},
        "since": {"type": ["string", "null"], "format": "date-time"},
    }
    entry = {
        "id": _ID,
        "purpose": _TEXT,
        "given": _GIVEN,
        "source": _TEXT,
        "said_at": _MOMENT,
        "created_at": _MOMENT,
        "created_by": {"type": ["string", "null"], "format": "uuid"},
    }
    return _object({"purposes": _list(_object(purpose)), "entries": _list(_object(entry))})


def _list(items: JsonObject) -> JsonObject:
    return {"type": "array", "items": items}


def _object(properties: JsonObject) -> JsonObject:
    return {"type": "object", "required": list(properties), "properties": properties}
