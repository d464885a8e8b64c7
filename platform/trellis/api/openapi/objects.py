"""An object of the model -> the OpenAPI paths of its records, each with what the actor may do there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metamodel.definitions import Object
from metamodel.fields.field import Field
from trellis.api.openapi.answers import answers, json_answer, json_body, parameter, saved_answer

JsonObject = dict[str, Any]

_LIST_PARAMETERS = ["fields", "filter", "sort", "limit", "cursor", "count"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectGrant:
    """One object and what the actor may do with its records."""

    object: Object
    readable: tuple[Field, ...]
    writable: tuple[Field, ...]
    revealable: tuple[str, ...]
    can_create: bool
    can_update: bool
    can_delete: bool


def record_paths(grant: ObjectGrant) -> Mapping[str, JsonObject]:
    name = grant.object.name
    root = f"/api/v1/records/{name}"
    one: JsonObject = {"parameters": [_id_parameter()], "get": _get(grant)}
    if grant.can_update:
        one["patch"] = _change(grant)
    if grant.can_delete:
        one["delete"] = _delete(grant)
    paths = {root: {"get": _list(grant)}, f"{root}/{{id}}": one}
    if grant.can_create:
        paths[root]["post"] = _create(grant)
    if grant.can_delete:
        paths[f"{root}/{{id}}/restore"] = {"parameters": [_id_parameter()], "post": _restore(grant)}
    if grant.revealable:
        paths[f"{root}/{{id}}/reveal"] = {"parameters": [_id_parameter()], "post": _reveal(grant, grant.revealable)}
    if grant.can_create and grant.can_update:
        for field in grant.writable:
            if field.external_id:
                paths[f"{root}/by/{field.name}/{{value}}"] = _upsert(grant, field)
    return paths


def _operation(grant: ObjectGrant, verb: str, summary: str) -> JsonObject:
    return {"operationId": f"{verb}_{grant.object.name}", "summary": summary, "tags": [grant.object.name]}


def _list(grant: ObjectGrant) -> JsonObject:
    return {
        **_operation(grant, "list", f"List {grant.object.plural_label}"),
        "parameters": [parameter(name) for name in _LIST_PARAMETERS],
        "responses": answers("200", f"{grant.object.name}_page", 400, 401, 403),
    }


def _get(grant: ObjectGrant) -> JsonObject:
    return {
        **_operation(grant, "get", f"Read one {grant.object.label}"),
        "parameters": [parameter("fields"), parameter("if_none_match")],
        "responses": {**answers("200", grant.object.name, 400, 401, 403, 404), "304": {"description": "Not changed"}},
    }


def _create(grant: ObjectGrant) -> JsonObject:
    schema = {"$ref": f"#/components/schemas/{grant.object.name}_create"}
    many = {"type": "array", "items": schema, "minItems": 1}
    return {
        **_operation(grant, "create", f"Create one {grant.object.label}, or many at once"),
        "parameters": [parameter("idempotency_key"), parameter("prefer")],
        "requestBody": json_body({"anyOf": [schema, many]}),
        "responses": {"201": saved_answer(grant.object.name), **answers(None, None, 400, 401, 403, 409, 413, 415, 422)},
    }


def _change(grant: ObjectGrant) -> JsonObject:
    return {
        **_operation(grant, "update", f"Change one {grant.object.label}"),
        "parameters": [parameter("if_match"), parameter("prefer")],
        "requestBody": json_body({"$ref": f"#/components/schemas/{grant.object.name}_change"}),
        "responses": {
            "200": saved_answer(grant.object.name),
            **answers(None, None, 400, 401, 403, 404, 412, 413, 415, 422),
        },
    }


def _delete(grant: ObjectGrant) -> JsonObject:
    return {
        **_operation(grant, "delete", f"Move one {grant.object.label} to the bin"),
        "parameters": [parameter("if_match")],
        "responses": {"204": {"description": "In the bin"}, **answers(None, None, 401, 403, 404, 412, 422)},
    }


def _restore(grant: ObjectGrant) -> JsonObject:
    return {
        **_operation(grant, "restore", f"Take one {grant.object.label} out of the bin"),
        "responses": {"200": saved_answer(grant.object.name), **answers(None, None, 401, 403, 404, 422)},
    }


def _reveal(grant: ObjectGrant, fields: Sequence[str]) -> JsonObject:
    names = {"type": "array", "items": {"type": "string", "enum": list(fields)}, "minItems": 1, "maxItems": 50}
    body = {"type": "object", "required": ["fields"], "properties": {"fields": names}, "additionalProperties": False}
    values = {"type": "object", "properties": {name: {"type": ["string", "null"]} for name in fields}}
    answer = {"type": "object", "required": ["values"], "properties": {"values": values}}
    return {
        **_operation(grant, "reveal", f"Encrypted fields of one {grant.object.label} in the clear; it is audited"),
        "requestBody": json_body(body),
        "responses": {"200": json_answer("OK", answer), **answers(None, None, 400, 401, 403, 404, 413, 415, 422)},
    }


def _upsert(grant: ObjectGrant, field: Field) -> JsonObject:
    operation = {
        **_operation(grant, "upsert", f"Create or change the {grant.object.label} with that {field.label}"),
        "operationId": f"upsert_{grant.object.name}_by_{field.name}",
        "parameters": [parameter("prefer")],
        "requestBody": json_body({"$ref": f"#/components/schemas/{grant.object.name}_change"}),
        "responses": {
            "200": saved_answer(grant.object.name),
            "201": saved_answer(grant.object.name),
            **answers(None, None, 400, 401, 403, 413, 415, 422),
        },
    }
    value = {"name": "value", "in": "path", "required": True, "schema": {"type": "string"}, "description": field.label}
    return {"parameters": [value], "put": operation}


def _id_parameter() -> JsonObject:
    return {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
