"""The record types of an object as somebody meets them: which they may begin with, which layout shows a record, what its picklists
offer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from builder_ui.display import Shown
from builder_ui.visit import Visit
from metamodel import Model
from metamodel.definitions import Layout, Object
from metamodel.fields.choice import PicklistField
from metamodel.fields.field import Field
from metamodel.record_types import RECORD_TYPE, RecordType


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordKind:
    """An object and the type that a record of it has; None where the object has no types."""

    object: Object
    type: RecordType | None
    layout: Layout

    def offered(self, field: PicklistField) -> tuple[str, ...]:
        """The names of the values that are offered, in order."""
        active = tuple(value.name for value in field.active_values)
        narrowed = self.type.values.get(field.name) if self.type else None
        return active if narrowed is None else tuple(name for name in narrowed if name in active)

    def refuses(self, field: Field, value: Any) -> bool:
        """Whether the type does not offer the value, or one of the values, of the field."""
        narrowed = self.type.values.get(field.name) if self.type else None
        return narrowed is not None and isinstance(field, PicklistField) and bool(field.not_offered(value, narrowed))


def kind_of(model: Model, thing: Object, type_name: str | None) -> RecordKind:
    """A type that is not there any more shows a record as one without."""
    found = thing.record_types.get(type_name or "")
    layout = model.layouts.get((thing.name, found.layout)) if found and found.layout else None
    return RecordKind(object=thing, type=found, layout=layout or model.layout_for(thing.name))


def kinds_of(model: Model, thing: Object) -> tuple[RecordKind, ...]:
    """All of an object; at least one."""
    names: Iterable[str | None] = thing.record_types or (None,)
    return tuple(kind_of(model, thing, name) for name in names)


def narrowed_fields(thing: Object) -> tuple[str, ...]:
    """The fields of which some type does not offer all values."""
    names = (name for one in thing.record_types.values() for name in one.values if name in thing.fields)
    return tuple(dict.fromkeys(names))


def offered_types(visit: Visit, thing: Object) -> tuple[RecordType, ...]:
    """Those that whoever is signed in may give a record, in the order of the file."""
    if not thing.record_types or not (visit.may("create", thing.name) or visit.may("update", thing.name)):
        return ()
    return thing.open_record_types(visit.access.record_types(visit.actor, thing.name))


def default_type(visit: Visit, thing: Object) -> RecordType | None:
    """What a new record of theirs has unless something else is chosen."""
    return thing.first_record_type(visit.access.record_types(visit.actor, thing.name)) if thing.record_types else None


def type_path(thing: Object) -> tuple[str, ...]:
    """What to fetch to know the type of a record."""
    return (RECORD_TYPE,) if thing.record_types else ()


def type_fact(visit: Visit, thing: Object, row: Mapping[str, Any]) -> Shown | None:
    """The record's type, as a value."""
    field = thing.fields.get(RECORD_TYPE)
    if field is None or row.get(RECORD_TYPE) is None:
        return None
    return visit.display.value(thing, field, row[RECORD_TYPE])
