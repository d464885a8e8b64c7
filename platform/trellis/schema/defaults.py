"""The value that a field's default gives to records that are there already. A formula has none: it needs a record."""

from __future__ import annotations

from typing import Any

from metamodel.fields.choice import CheckboxField, MultiPicklistField, PicklistField
from metamodel.fields.field import Field


def constant_default(field: Field) -> Any:
    """The Python value, None when there is no constant default. A checkbox is never blank: it begins as no."""
    if field.default is not None:
        return field.parse(field.default)
    if isinstance(field, CheckboxField):
        return False
    if isinstance(field, MultiPicklistField):
        return field.default_values or None
    if isinstance(field, PicklistField) and field.default_values:
        return field.default_values[0]
    return None


def fills_existing(field: Field) -> bool:
    """Whether records that are there already get the default: those of a field that is never blank."""
    return field.required or isinstance(field, CheckboxField)
