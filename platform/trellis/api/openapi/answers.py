"""The parts that every operation of the OpenAPI document shares: parameters, bodies, answers and problem details."""

from __future__ import annotations

from typing import Any

JsonObject = dict[str, Any]

_REFUSALS = {
    400: "The request cannot be understood",
    401: "Not signed in, or the credential is no longer valid",
    403: "Not allowed",
    404: "No such thing",
    409: "Conflict",
    412: "The record is not the version named by If-Match",
    413: "The body is too large",
    415: "The body is not JSON",
    422: "The content was refused; `errors` says what and why",
    429: "Too many attempts",
}


def parameter(name: str) -> JsonObject:
    return {"$ref": f"#/components/parameters/{name}"}


def json_body(schema: JsonObject) -> JsonObject:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def json_answer(description: str, schema: JsonObject) -> JsonObject:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def answers(success: str | None, schema_name: str | None, *refusals: int) -> JsonObject:
    """Responses by status: the success, if given, and the refusals."""
    found: JsonObject = {}
    if success and schema_name:
        found[success] = json_answer("OK", {"$ref": f"#/components/schemas/{schema_name}"})
    for status in refusals:
        found[str(status)] = {"$ref": f"#/components/responses/problem_{status}"}
    return found


def saved_answer(object_name: str) -> JsonObject:
    saved = {"$ref": "#/components/schemas/Saved"}
    return json_answer(
        "Saved. The whole record with `Prefer: return=representation`.",
        {"anyOf": [saved, {"$ref": "#/components/schemas/SavedMany"}, {"$ref": f"#/components/schemas/{object_name}"}]},
    )


def shared_parameters() -> JsonObject:
    return {
        "fields": _query(
            "fields", "Comma-separated fields and paths across lookups, such as name,account.name.", {"type": "string"}
        ),
        "filter": _query("filter", 'A formula, such as status = "New" && amount > 1000.', {"type": "string"}),
        "sort": _query("sort", "Comma-separated fields; a minus before one sorts descending.", {"type": "string"}),
        "limit": _query(
            "limit", "Records in a page.", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 50}
        ),
        "cursor": _query("cursor", "`next_cursor` of the page before.", {"type": "string"}),
        "count": _query("count", "Whether to count all matches too.", {"type": "boolean", "default": False}),
        "if_match": _header("If-Match", 'The version that the change is made on, such as "3".'),
        "if_none_match": _header("If-None-Match", "The ETag of the answer before."),
        "idempotency_key": _header(
            "Idempotency-Key", "Repeating a request with the same key within a day repeats its answer only."
        ),
        "prefer": _header("Prefer", "return=representation gives the whole record back."),
    }


def shared_responses() -> JsonObject:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {f"problem_{status}": {"description": text, "content": problem} for status, text in _REFUSALS.items()}


def shared_schemas() -> JsonObject:
    saved = {
        "type": "object",
        "required": ["id", "version"],
        "properties": {"id": {"type": "string", "format": "uuid"}, "version": {"type": "integer"}},
    }
    return {
        "Saved": saved,
        "SavedMany": {
            "type": "object",
            "required": ["records"],
            "properties": {"records": {"type": "array", "items": {"$ref": "#/components/schemas/Saved"}}},
        },
        "Problem": _problem_schema(),
    }


def _problem_schema() -> JsonObject:
    text = {"type": "string"}
    finding = {
        "type": "object",
        "required": ["code", "message"],
        "properties": {
            "field": {"type": ["string", "null"]},
            "code": text,
            "message": text,
            "index": {"type": "integer", "description": "Which record of the batch, from 0."},
        },
    }
    return {
        "type": "object",
        "description": "RFC 9457 problem details.",
        "required": ["type", "title", "status", "detail", "code", "request_id"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "code": {"type": "string", "description": "Stable; see the reference of errors."},
            "hint": text,
            "request_id": text,
            "errors": {"type": "array", "items": finding},
        },
    }


def _query(name: str, description: str, schema: JsonObject) -> JsonObject:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _header(name: str, description: str) -> JsonObject:
    return {"name": name, "in": "header", "description": description, "schema": {"type": "string"}}
