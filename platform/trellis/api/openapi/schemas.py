"""An object of the model -> JSON Schemas of its records: as read, as created, as changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metamodel.definitions import Object
from metamodel.fields.field import Field

JsonObject = dict[str, Any]


def record_schemas(target: Object, readable: Sequence[Field], writable: Sequence[Field]) -> Mapping[str, JsonObject]:
    """Schema names -> schemas. `{name}` is a record as read; `{name}_create` and `{name}_change` are what a caller may send."""
    read = {field.name: _read_schema(field) for field in readable}
    write = {field.name: _write_schema(field) for field in writable}
    required = [
        field.name for field in writable if field.required and field.default is None and field.default_formula is None
    ]
    schemas: dict[str, JsonObject] = {
        target.name: {"type": "object", "title": target.label, "properties": read},
        f"{target.name}_create": {
            "type": "object",
            "title": target.label,
            "properties": write,
            "additionalProperties": False,
        },
        f"{target.name}_change": {
            "type": "object",
            "title": target.label,
            "properties": write,
            "additionalProperties": False,
        },
    }
    if target.description:
        schemas[target.name]["description"] = target.description
    if required:
        schemas[f"{target.name}_create"]["required"] = required
    return schemas


def page_schema(object_name: str) -> JsonObject:
    return {
        "type": "object",
        "required": ["records", "next_cursor"],
        "properties": {
            "records": {"type": "array", "items": {"$ref": f"#/components/schemas/{object_name}"}},
            "next_cursor": {
                "type": ["string", "null"],
                "description": "Pass it as `cursor` for the next page; null on the last.",
            },
            "total": {"type": "integer", "description": "Only with count=true."},
            "total_is_exact": {
                "type": "boolean",
                "description": "False when there are more matches than were counted.",
            },
        },
    }


def _read_schema(field: Field) -> JsonObject:
    """Without `enum`: a record may still hold a value that is no longer offered."""
    if field.encrypted:
        schema: JsonObject = {"type": ["string", "null"], "title": field.label}
        return _described(schema, field) | {"description": "As much as is shown of it; `reveal` gives the value."}
    schema = _nullable({name: part for name, part in field.json_schema().items() if name != "enum"})
    if isinstance(schema.get("items"), dict):
        schema["items"] = {name: part for name, part in schema["items"].items() if name != "enum"}
    schema["title"] = field.label
    if not field.is_writable:
        schema["readOnly"] = True
    return _described(schema, field)


def _write_schema(field: Field) -> JsonObject:
    schema = dict(field.json_schema()) if field.required else _nullable(field.json_schema())
    schema["title"] = field.label
    if field.default is not None:
        schema["default"] = field.default
    return _described(schema, field)


def _described(schema: JsonObject, field: Field) -> JsonObject:
    if field.description or field.help:
        schema["description"] = field.description or field.help
    if field.deprecated:
        schema["deprecated"] = True
    return schema


def _nullable(schema: Mapping[str, Any]) -> JsonObject:
    kind = schema.get("type")
    if isinstance(kind, str) and "enum" not in schema and "const" not in schema:
        return {**schema, "type": [kind, "null"]}
    return {"anyOf": [dict(schema), {"type": "null"}]}
