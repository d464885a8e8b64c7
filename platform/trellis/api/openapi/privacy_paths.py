"""The OpenAPI paths for people's data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from metamodel.fields.registry import FIELD_TYPES
from metamodel.personal_data import ERASURES, PERSONAL_DATA, Expiry
from trellis.api.openapi.answers import answers, json_answer, json_body
from trellis.privacy.copies import COPIES
from trellis.privacy.data_map import Effect
from trellis.privacy.erase import Fate
from trellis.privacy.export import FORMAT
from trellis.privacy.find import Why

JsonObject = dict[str, Any]

_TEXT: JsonObject = {"type": "string"}
_ID: JsonObject = {"type": "string", "format": "uuid"}
_OR_NOTHING: JsonObject = {"type": ["string", "null"]}
_MOMENT: JsonObject = {"type": "string", "format": "date-time"}
_TYPE: JsonObject = {"type": "string", "enum": list(FIELD_TYPES)}
_FINGERPRINT: JsonObject = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_SUBJECT: Mapping[str, JsonObject] = {
    "email": {**_OR_NOTHING, "description": "An e-mail address, in capitals or not."},
    "phone": {**_OR_NOTHING, "description": "A phone number, as fields of that type take it."},
    "object": {**_OR_NOTHING, "description": "The object of a record of the person, with `record`."},
    "record": {**_OR_NOTHING, "description": "The id of a record of the person, with `object`."},
}


def privacy_paths() -> Mapping[str, JsonObject]:
    plan = {"200": json_answer("OK", _plan())}
    return {
        "/api/v1/privacy/map": {"get": _operation("get_data_map", "Where personal data is", _map())},
        "/api/v1/privacy/retention": {
            "get": _operation("list_retention", "How long records are kept, and how many it is time for", _due())
        },
        "/api/v1/privacy/find": {"post": _asking("find_person", "The records of a person", _found())},
        "/api/v1/privacy/export": {"post": _asking("export_person", "Everything about a person", _archive())},
        "/api/v1/privacy/plan": {"post": _asking("plan_erasure", "What erasing a person would do", plan)},
        "/api/v1/privacy/erase": {
            "post": _asking("erase_person", "Erase a person as planned", plan, 409, 422, fingerprint=_FINGERPRINT)
        },
    }


def _operation(operation_id: str, summary: str, success: JsonObject, *refusals: int, **more: Any) -> JsonObject:
    responses = {**success, **answers(None, None, 401, 403, *refusals)}
    return {"operationId": operation_id, "tags": ["privacy"], "summary": summary, **more, "responses": responses}


def _asking(operation_id: str, summary: str, success: JsonObject, *refusals: int, **members: JsonObject) -> JsonObject:
    schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {**_SUBJECT, **members},
        "required": list(members),
    }
    return _operation(operation_id, summary, success, *(400, 404, 413, 415), *refusals, requestBody=json_body(schema))


def _map() -> JsonObject:
    named = {"field": _TEXT, "label": _TEXT}
    category: JsonObject = {"type": "string", "enum": list(PERSONAL_DATA)}
    effect: JsonObject = {"type": "string", "enum": list(get_args(Effect))}
    one = {
        "object": _TEXT,
        "label": _TEXT,
        "erasure": {"type": "string", "enum": list(ERASURES)},
        "fields": _list(_object({**named, "type": _TYPE, "category": category, "effect": effect})),
        "links": _list(_object({**named, "object": _TEXT})),
        "unmarked": _list(_object({**named, "type": _TYPE})),
    }
    return {"200": json_answer("OK", _object({"objects": _list(_object(one))}))}


def _due() -> JsonObject:
    one = {
        "object": _TEXT,
        "label": _TEXT,
        "rule": _TEXT,
        "after_days": {"type": "integer", "minimum": 1},
        "since": _TEXT,
        "when": _OR_NOTHING,
        "then": {"type": "string", "enum": list(get_args(Expiry))},
        "due": {"type": "integer", "minimum": 0, "description": "At most 10,000 are counted."},
        "is_exact": {"type": "boolean"},
    }
    return {"200": json_answer("OK", _object({"rules": _list(_object(one))}))}


def _record() -> JsonObject:
    return {
        "object": _TEXT,
        "id": _ID,
        "version": {"type": "integer", "minimum": 1},
        "is_in_bin": {"type": "boolean"},
        "why": {"type": "string", "enum": list(get_args(Why))},
        "field": _OR_NOTHING,
    }


def _found() -> JsonObject:
    return {"200": json_answer("OK", _object({"records": _list(_object(_record()))}))}


def _plan() -> JsonObject:
    planned = {
        **_record(),
        "fate": {"type": "string", "enum": list(get_args(Fate))},
        "erased": _list(_TEXT),
        "left": _list(_TEXT),
    }
    counts = _object({name: {"type": "integer", "minimum": 0} for name in COPIES})
    return _object({"records": _list(_object(planned)), "copies": counts, "fingerprint": _FINGERPRINT})


def _archive() -> JsonObject:
    record = {
        "object": _TEXT,
        "label": _TEXT,
        "id": _ID,
        "is_in_bin": {"type": "boolean"},
        "fields": {"type": "object"},
        "history": _list({"type": "object"}),
        "consents": _list({"type": "object"}),
    }
    archive = {
        "format": {"const": FORMAT},
        "made_at": _MOMENT,
        "asked_for": {"type": "object"},
        "records": _list(_object(record)),
    }
    return {"200": json_answer("OK", _object(archive))}


def _list(items: JsonObject) -> JsonObject:
    return {"type": "array", "items": items}


def _object(properties: JsonObject) -> JsonObject:
    return {"type": "object", "required": list(properties), "properties": properties}
