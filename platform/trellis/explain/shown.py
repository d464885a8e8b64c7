"""Values of fields -> JSON, and text for a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from metamodel.fields.choice import MultiPicklistField, PicklistField
from metamodel.fields.computed import FormulaField
from metamodel.fields.field import Field, Locale
from metamodel.paths import Step
from trellis.automation.formatting import format_value, reader_of
from trellis.automation.payload import mark_value, plain_value
from trellis.explain.called import Called
from trellis.explain.known import Key, Known
from trellis.ids import is_id
from trellis.query.context import time_zone
from trellis.query.paths import lookup_target


class Shown:
    """`time_zone`: an IANA name."""

    def __init__(self, called: Called, known: Known, zone: str) -> None:
        self._called = called
        self._known = known
        self._locale = Locale(language=called.language, time_zone=time_zone(zone))
        self._reader = reader_of(called.language, zone)

    def text(self, object_name: str, path: str, value: Any) -> str:
        """ "" for blank. What a lookup points to by its name; its id when nobody may see that."""
        step = find_step(self._called, object_name, path)
        if value is None or value == ():
            return ""
        if step is None:
            return format_value(value, self._reader)
        field = step.field
        if field.is_system and field.name == "owner_queue":
            return self._called.named("queues", str(value))
        target = target_of(field)
        if target is not None:
            return self._known.find(target, str(value)) or str(value)
        if isinstance(field, MultiPicklistField):
            return ", ".join(self._called.value(step.object, field, name) for name in value)
        if isinstance(field, PicklistField):
            return self._called.value(step.object, field, str(value))
        try:
            return field.format(field.from_formula(value) if isinstance(field, FormulaField) else value, self._locale)
        except (TypeError, ValueError, ArithmeticError):
            # The field has another type by now.
            return format_value(value, self._reader)


def as_json(value: Any) -> Any:
    """Numbers, dates and times as text."""
    return plain_value(mark_value(value))


def keys_of(called: Called, object_name: str, path: str, value: Any) -> Iterator[Key]:
    """The record that a value of a lookup stands for."""
    step = find_step(called, object_name, path)
    target = None if step is None else target_of(step.field)
    if target is not None and is_id(value):
        yield target, value


def find_step(called: Called, object_name: str, path: str) -> Step | None:
    if called.model.find_object(object_name) is None:
        return None
    steps = called.model.find_path(object_name, path)
    return steps[-1] if steps else None


def target_of(field: Field) -> str | None:
    return lookup_target(field) if field.is_stored else None
