"""The fields of a form."""

from __future__ import annotations

from builder_ui.layouts import placed_sections
from builder_ui.visit import Visit
from metamodel.definitions import Object
from metamodel.fields.field import Field


def form_fields(visit: Visit, thing: Object) -> tuple[Field, ...]:
    """The fields one may type into, in the order of the form."""
    sections = placed_sections(visit.labels, thing, visit.model.layout_for(thing.name))
    names = dict.fromkeys(name for section in sections for name in section.fields)
    fields = (thing.fields[name] for name in names)
    return tuple(one for one in fields if one.is_writable and visit.may_write(thing.name, one.name))
