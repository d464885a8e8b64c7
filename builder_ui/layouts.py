"""A layout's sections as forms and record pages show them, with the fields that the layout could not know of."""

from __future__ import annotations

from dataclasses import dataclass

from builder_ui.labels import Labels
from metamodel.definitions import Layout, Object
from metamodel.fields.field import Field


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedSection:
    label: str
    columns: int
    fields: tuple[str, ...]


def placed_sections(labels: Labels, thing: Object, layout: Layout) -> tuple[PlacedSection, ...]:
    """The layout's own, and "More" for fields that it leaves out though nobody decided so: those that somebody else added to the
    object, and those that must be filled in."""
    placed = {name for section in layout.sections for name in section.fields}
    own = [
        PlacedSection(
            label=labels.section(layout, section),
            columns=section.columns,
            fields=tuple(name for name in section.fields if name in thing.fields),
        )
        for section in layout.sections
    ]
    forgotten = tuple(
        field.name for field in thing.fields.values() if field.name not in placed and _is_forgotten(field, layout)
    )
    if forgotten:
        own.append(PlacedSection(label=labels.words.say("More"), columns=2, fields=forgotten))
    return tuple(own)


def _is_forgotten(field: Field, layout: Layout) -> bool:
    if field.is_system:
        return False
    return field.owner != layout.owner or (field.required and field.is_writable)
