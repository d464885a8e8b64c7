"""Values that nobody gave: for fields that have to have one, and for those that are to change. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from metamodel.definitions import Object
from metamodel.fields.choice import MultiPicklistField, PicklistField
from metamodel.fields.contact import EmailField, PhoneField, UrlField
from metamodel.fields.field import Field
from metamodel.fields.reference import LookupField
from metamodel.record_types import RECORD_TYPE
from rule_engine.types import Kind

_EXAMPLES: Mapping[type[Field], tuple[Any, Any]] = {
    EmailField: ("someone@example.com", "another@example.com"),
    PhoneField: ("+49 30 1234567", "+49 30 7654321"),
    UrlField: ("https://example.com", "https://example.org"),
}


def missing_fields(owner: Object, given: Mapping[str, Any]) -> tuple[Field, ...]:
    """The fields of a new record that are required, have no default, and were not given."""
    return tuple(
        field
        for field in owner.fields.values()
        if field.required
        and field.is_writable
        and given.get(field.name) is None
        and default_of(field) is None
        and field.default_formula is None
    )


def as_offered(owner: Object, field: Field, values: Mapping[str, Any]) -> Field:
    """The field of a record with these values: a picklist has no other values than the record's type offers."""
    chosen = owner.record_types.get(values.get(RECORD_TYPE) or owner.default_record_type or "")
    if chosen is None or field.name not in chosen.values or not isinstance(field, PicklistField):
        return field
    return replace(field, values=tuple(one for one in field.values if one.name in chosen.values[field.name]))


def default_of(field: Field) -> Any:
    """What a new record has in it without anybody's doing, as far as no formula says it."""
    if field.default is None and isinstance(field, PicklistField) and field.default_values:
        return field.default_values if isinstance(field, MultiPicklistField) else field.default_values[0]
    return False if field.formula_type.kind is Kind.BOOLEAN and field.default is None else field.default


def value_for(field: Field, now: datetime, *, other_than: Any = None) -> Any:
    """A Python value that the field takes, the same each time; None for a lookup, whose record has to be made."""
    first, second = _two_values(field, now)
    return second if other_than is not None and first == other_than else first


def changed_value(field: Field, now: datetime, than: Any) -> Any:
    """Blank where that is another value and the field may be blank, else a value that differs. None also where there is none."""
    if than is not None and not field.required and field.formula_type.kind is not Kind.BOOLEAN:
        return None
    return value_for(field, now, other_than=than)


def _two_values(field: Field, now: datetime) -> tuple[Any, Any]:
    if isinstance(field, LookupField):
        return None, None
    if isinstance(field, PicklistField):
        names: list[str | None] = [value.name for value in field.active_values] or [None]
        first, second = names[0], names[-1] if len(names) < 2 else names[1]
        return ((first,), (second,)) if isinstance(field, MultiPicklistField) else (first, second)
    for kind, examples in _EXAMPLES.items():
        if isinstance(field, kind):
            return examples
    day = timedelta(days=1)
    match field.formula_type.kind:
        case Kind.NUMBER:
            return Decimal(1), Decimal(2)
        case Kind.BOOLEAN:
            return False, True
        case Kind.DATE:
            return now.date(), now.date() + day
        case Kind.DATETIME:
            return now, now + day
        case Kind.TIME:
            return time(9), time(10)
        case Kind.TEXT:
            length = field.columns[0].length or 255
            return field.label[:length], "x" if field.label != "x" else "y"
    return None, None
