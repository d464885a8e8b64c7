"""The fields of a form."""

from __future__ import annotations

from builder_ui.layouts import placed_sections
from builder_ui.record_types import RecordKind
from builder_ui.visit import Visit
from metamodel.fields.field import Field
from metamodel.record_types import RECORD_TYPE


def form_fields(visit: Visit, kind: RecordKind) -> tuple[Field, ...]:
    """The fields one may type into, in the order of the form. The record type is none of them: it decides which they are."""
    thing = kind.object
    sections = placed_sections(visit.labels, thing, kind.layout)
    names = dict.fromkeys(name for section in sections for name in section.fields if name != RECORD_TYPE)
    fields = (thing.fields[name] for name in names)
    return tuple(one for one in fields if one.is_writable and visit.may_write(thing.name, one.name))
