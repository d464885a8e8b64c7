"""A field's mapping in a checked body -> a field definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metamodel.fields.field import Field
from metamodel.fields.registry import FIELD_TYPES
from metamodel.picklist_values import PicklistValue

_ATTRIBUTE_NAMES = {"format": "format_text"}


def build_field(
    name: str, body: Mapping[str, Any], owner: str, picklists: Mapping[str, Sequence[PicklistValue]]
) -> Field:
    """`picklists`: the values of the global sets; an unknown set gives a field without values, which the checks report."""
    field_type = FIELD_TYPES[body["type"]]
    attributes = {_ATTRIBUTE_NAMES.get(key, key): value for key, value in body.items() if key != "type"}
    if "renamed_from" in attributes:
        attributes["renamed_from"] = tuple(attributes["renamed_from"])
    if body["type"] in ("picklist", "multi_picklist"):
        _add_values(attributes, picklists, many=body["type"] == "multi_picklist")
    if body["type"] == "lookup" and body.get("required") and "on_delete" not in body:
        attributes["on_delete"] = "restrict"
    return field_type(name=name, owner=owner, **attributes)


def build_values(body: Sequence[Any]) -> tuple[PicklistValue, ...]:
    """A bare word is a value with itself as its label."""
    return tuple(
        PicklistValue(name=value, label=value)
        if isinstance(value, str)
        else PicklistValue(**{"label": value["name"], **value})
        for value in body
    )


def _add_values(attributes: dict[str, Any], picklists: Mapping[str, Sequence[PicklistValue]], *, many: bool) -> None:
    """The values, and the default that they name: a list when there may be many."""
    shared = attributes.get("picklist")
    values = tuple(picklists.get(shared, ())) if shared else build_values(attributes.get("values", ()))
    attributes["values"] = values
    defaults = [value.name for value in values if value.default]
    if defaults and "default" not in attributes and "default_formula" not in attributes:
        attributes["default"] = defaults if many else defaults[0]
