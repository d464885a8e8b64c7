"""docs/reference/components.md: every kind of component that is YAML, from its JSON Schema: where it lies, and its keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from metamodel.kinds import YAML_KINDS
from metamodel.schema import FIELD_REFERENCE, schema_for
from tests.docs.reference.markdown import code, page, table

INTRODUCTION = """
The files of a package, or of a tenant's own metadata, that are YAML; the [package guide](../isv-guide.md) has each with an example, and
`GET /api/v1/metadata/schemas/{kind}` its JSON Schema. Keys are shown as paths: `NAME` stands for a name that you choose, `[]` for each
entry of a list. Keys in **bold** must be there. Rule files are [a language of their own](rules.md).
"""
FIELD = "a [field](fields.md)"
_WORDS = {"string": "text", "boolean": "`true` or `false`", "integer": "a whole number", "number": "a number"}
_Row = tuple[str, str]


def render() -> str:
    return page("Components", INTRODUCTION, map(_entry, YAML_KINDS))


def _entry(kind: str) -> str:
    schema = schema_for(kind)
    place, _, meaning = schema["description"].partition(": ")
    heading = f"## {schema['title']}\n\n{code(place)}: {meaning}\n\nKind {code(kind)}."
    return f"{heading}\n\n{table(('key', 'value'), _rows(schema, schema.get('$defs', {}), '', ()))}"


def _rows(
    schema: Mapping[str, Any], definitions: Mapping[str, Any], path: str, around: tuple[str, ...]
) -> Iterator[_Row]:
    """`around`: the definitions that this is within, so that one within itself ends."""
    for key, part in schema.get("properties", {}).items():
        yield from _row(part, definitions, f"{path}.{key}" if path else key, key in schema.get("required", ()), around)
    below = schema.get("additionalProperties")
    if isinstance(below, Mapping):
        yield from _row(below, definitions, f"{path}.NAME" if path else "NAME", False, around)


def _row(
    part: Any, definitions: Mapping[str, Any], path: str, is_required: bool, around: tuple[str, ...]
) -> Iterator[_Row]:
    shown = f"**{code(path)}**" if is_required else code(path)
    reference = part.get("$ref") if isinstance(part, Mapping) else None
    if reference == FIELD_REFERENCE:
        yield shown, FIELD
        return
    if reference in around:
        return
    schema = definitions[reference.rpartition("/")[2]] if reference else part
    within = (*around, reference) if reference else around
    if not isinstance(schema, Mapping):
        yield shown, "any value"
        return
    items = schema.get("items")
    inner = definitions[items["$ref"].rpartition("/")[2]] if isinstance(items, Mapping) and "$ref" in items else items
    yield shown, _value(schema, inner)
    if isinstance(inner, Mapping):
        yield from _rows(inner, definitions, f"{path}[]", within)
    yield from _rows(schema, definitions, path, within)


def _value(schema: Mapping[str, Any], items: Any) -> str:
    if "enum" in schema:
        return ", ".join(code(value) for value in schema["enum"])
    if "const" in schema:
        return code(schema["const"])
    kinds = schema.get("type", ())
    if "x-expected" in schema:
        return str(schema["x-expected"]) + _limit(schema)
    if kinds == "array":
        what = _value(items, None) if isinstance(items, Mapping) else "values"
        return f"a list: {what}"
    if kinds == "object":
        return "a mapping"
    if isinstance(kinds, str):
        return _WORDS[kinds] + _limit(schema)
    return " or ".join(_WORDS.get(kind, "a mapping") for kind in kinds) or "any value"


def _limit(schema: Mapping[str, Any]) -> str:
    if "maxLength" in schema:
        return f", at most {schema['maxLength']:,} characters"
    if "minimum" in schema and "maximum" in schema:
        return f" from {schema['minimum']:,} to {schema['maximum']:,}"
    return ""
