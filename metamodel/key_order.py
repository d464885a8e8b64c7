"""The order of keys in canonical source: that of the schema of the kind; what the schema leaves free keeps its order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metamodel.schema import FIELD_REFERENCE, field_schema, schema_for


def in_key_order(body: Mapping[str, Any], kind: str) -> dict[str, Any]:
    schema = schema_for(kind)
    ordered = _ordered(body, schema, schema.get("$defs", {}))
    assert isinstance(ordered, dict)
    return ordered


def _ordered(value: Any, schema: Any, definitions: Mapping[str, Any]) -> Any:
    schema = _resolved(value, schema, definitions)
    if isinstance(value, Mapping):
        properties = schema.get("properties", {})
        rest = schema.get("additionalProperties") or {}
        keys = [key for key in properties if key in value] + [key for key in value if key not in properties]
        return {key: _ordered(value[key], properties.get(key, rest), definitions) for key in keys}
    if isinstance(value, (list, tuple)):
        return [_ordered(item, schema.get("items", {}), definitions) for item in value]
    return value


def _resolved(value: Any, schema: Any, definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema that `$ref` names, and for a field that of its type."""
    if not isinstance(schema, Mapping):
        return {}
    reference = schema.get("$ref")
    if reference == FIELD_REFERENCE and isinstance(value, Mapping):
        try:
            return field_schema(value["type"])
        except KeyError:
            return {}
    return definitions[reference.rpartition("/")[2]] if reference else schema
