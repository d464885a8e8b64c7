"""The JSON Schema (draft 2020-12) of every kind of component: the files in schemas/, with what the field classes say of themselves."""

from __future__ import annotations

import json
from copy import deepcopy
from functools import cache
from importlib.resources import files
from typing import Any

from metamodel.fields.choice import ONE_LINE, VALUES_SCHEMA
from metamodel.fields.field import Field
from metamodel.fields.registry import FIELD_TYPES
from metamodel.fields.text import ENCRYPTION
from metamodel.kinds import YAML_KINDS
from metamodel.personal_data import PERSONAL_DATA

FIELD_REFERENCE = "#/$defs/field"
_OF_RECORD_TYPES = ("record_type", "offered_values")
_LABEL = {"type": "string", "minLength": 1, "maxLength": 80, **ONE_LINE}
_FLAG = {"type": "boolean"}
_NEVER_CHANGED = ("formula", "auto_number")
"""Types of fields that nobody writes: they have no history of their own."""
_SHARED: dict[str, Any] = {
    "required": _FLAG,
    "unique": _FLAG,
    "indexed": _FLAG,
    "external_id": _FLAG,
    "default": True,
    "default_formula": {"type": "string", "minLength": 1, "maxLength": 64_000},
}


def schema_for(kind: str) -> dict[str, Any]:
    """The schema of one kind, self-contained. KeyError for a kind that is not YAML."""
    if kind not in YAML_KINDS:
        raise KeyError(kind)
    schema = _file(kind)
    if kind in ("object", "extension", "setting"):
        schema["$defs"].update(
            {"field": _any_field()} | {_definition(name): deepcopy(field_schema(name)) for name in FIELD_TYPES}
        )
    if kind == "extension":
        definitions = _file("object")["$defs"]
        schema["$defs"] |= {name: definitions[name] for name in _OF_RECORD_TYPES}
    if kind == "setting":
        # The value of a setting is metadata, which is kept as it is.
        for name in FIELD_TYPES:
            for key in ENCRYPTION:
                schema["$defs"][_definition(name)]["properties"].pop(key, None)
    if kind == "picklist":
        schema["$defs"]["values"] = VALUES_SCHEMA
    return schema


def _file(kind: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(files("metamodel").joinpath("schemas", f"{kind}.json").read_text("utf-8"))
    return schema


@cache
def field_schema(type_name: str) -> dict[str, Any]:
    """The schema of a field of one type, keys in the order in which they are written."""
    field_type: type[Field] = FIELD_TYPES[type_name]
    properties: dict[str, Any] = {
        "type": {"const": type_name},
        "label": _LABEL,
        "help": {"type": "string", "minLength": 1, "maxLength": 1_000},
        "description": {"type": "string", "maxLength": 4_000},
        **field_type.own_properties,
        **{name: schema for name, schema in _SHARED.items() if name in field_type.shared_properties},
        "renamed_from": {"type": "array", "items": {"type": "string"}, "maxItems": 20},
        **({} if type_name in _NEVER_CHANGED else {"history": _FLAG}),
        "personal_data": {"enum": list(PERSONAL_DATA)},
        "deprecated": _FLAG,
    }
    return {
        "type": "object",
        "properties": properties,
        "required": ["type", "label", *field_type.required_properties],
        "additionalProperties": False,
    }


def _any_field() -> dict[str, Any]:
    """A field by its type: if/then rather than oneOf, so that errors are about the type that was meant."""
    return {
        "type": "object",
        "properties": {"type": {"enum": list(FIELD_TYPES)}},
        "required": ["type"],
        "allOf": [
            {
                "if": {"properties": {"type": {"const": name}}, "required": ["type"]},
                "then": {"$ref": field_reference(name)},
            }
            for name in FIELD_TYPES
        ],
    }


def field_reference(type_name: str) -> str:
    """The reference to the schema of a field of one type, within the schema of a kind that has fields."""
    return f"#/$defs/{_definition(type_name)}"


def _definition(type_name: str) -> str:
    return f"{type_name}_field"
