"""The OpenAPI path for simulations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trellis.api.openapi.answers import answers, json_answer, json_body
from trellis.simulation.question import MAX_SOURCE_BYTES, MOST_SHOWN, SHOWN

JsonObject = dict[str, Any]

_TEXT: JsonObject = {"type": "string"}
_NUMBER: JsonObject = {"type": "integer", "minimum": 0}
_OPTIONAL_TEXT: JsonObject = {"type": ["string", "null"]}
_OWNER: JsonObject = {
    "type": "object",
    "additionalProperties": _TEXT,
    "description": "user, queue, role or team; strategy where whose turn it is decides.",
}


def simulation_paths(object_names: tuple[str, ...]) -> Mapping[str, JsonObject]:
    return {
        "/api/v1/rules/simulate": {
            "post": {
                "operationId": "simulate_rules",
                "tags": ["rules"],
                "summary": "Which records rules that are not deployed would match, and what they would change",
                "description": "Nothing is written or sent.",
                "requestBody": json_body(_question(object_names)),
                "responses": {
                    "200": json_answer("OK", _simulation()),
                    **answers(None, None, 400, 401, 403, 404, 413, 415, 422),
                },
            }
        }
    }


def _question(object_names: tuple[str, ...]) -> JsonObject:
    of_object: JsonObject = (
        {"anyOf": [{"enum": list(object_names)}, {"type": "null"}]} if object_names else _OPTIONAL_TEXT
    )
    return {
        "type": "object",
        "required": ["rules"],
        "additionalProperties": False,
        "properties": {
            "rules": {"type": "string", "maxLength": MAX_SOURCE_BYTES, "description": "A rule file."},
            "object": {**of_object, "description": "Whose records; needed when the rules are about several."},
            "where": {**_OPTIONAL_TEXT, "description": "A formula: only these records."},
            "show": {
                "type": ["integer", "null"],
                "minimum": 0,
                "maximum": MOST_SHOWN,
                "default": SHOWN,
                "description": "How many records to go through one by one.",
            },
            "since": {
                **_OPTIONAL_TEXT,
                "description": "90d, 12h, 4w, a day or a moment: goes through the saves since then instead of the records of now.",
            },
        },
    }


def _simulation() -> JsonObject:
    counted: JsonObject = {"before": {}, "after": {}, "records": _NUMBER}
    line = _object({"line": _NUMBER, "text": _TEXT, "records": _NUMBER})
    statement = _object(
        {
            "kind": {"enum": ["rule", "assignment", "validation"]},
            "name": _TEXT,
            "line": _NUMBER,
            "matches": _NUMBER,
        }
    )
    return _object(
        {
            "object": _TEXT,
            "looked_at": _NUMBER,
            "since": {**_OPTIONAL_TEXT, "description": "From when on saves were gone through."},
            "untracked": {**_list(_TEXT), "description": "Fields taken as they are now: their history is not kept."},
            "counted_by": {"enum": ["database", "trial", "history"]},
            "is_whole": {"type": "boolean", "description": "False when only the newest records were tried."},
            "why_tried": _OPTIONAL_TEXT,
            "statements": _list(statement),
            "lines": _list(line),
            "fields": _list(_object({"field": _TEXT, "changes": _NUMBER, "values": _list(_object(counted))})),
            "owners": _list(_object({"before": _OWNER, "after": _OWNER, "line": _NUMBER, "records": _NUMBER})),
            "refused": _list(line),
            "records": _list(_record()),
        }
    )


def _record() -> JsonObject:
    change = _object({"field": _TEXT, "before": {}, "after": {}})
    other = _object({"did": _TEXT, "object": _TEXT, "values": {"type": "object"}})
    return _object(
        {
            "id": _TEXT,
            "name": _TEXT,
            "statements": _list(_TEXT),
            "changes": _list(change),
            "owner": {"anyOf": [_object({"before": _OWNER, "after": _OWNER}), {"type": "null"}]},
            "messages": _list(_object({"channel": _TEXT, "to": _TEXT, "text": _TEXT})),
            "others": _list(other),
            "refused": _list(_TEXT),
            "event": {"enum": ["created", "updated", None], "description": "How it was saved, in the history."},
            "at": {**_OPTIONAL_TEXT, "description": "When it was saved, in the history."},
        }
    )


def _object(properties: JsonObject) -> JsonObject:
    return {"type": "object", "required": list(properties), "properties": properties}


def _list(items: JsonObject) -> JsonObject:
    return {"type": "array", "items": items}
