"""Layouts and list views for objects that have none of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from metamodel.definitions import Layout, ListView, Object, RelatedList, Section, Sort
from metamodel.fields.choice import PicklistField
from metamodel.fields.compound import GeolocationField
from metamodel.fields.field import Field
from metamodel.fields.reference import LookupField
from metamodel.fields.text import TextAreaField

Child = tuple[Object, LookupField]
DEFAULT_NAME = "default"
_STAGE_NAMES = ("stage", "status")
_TRAIL = ("created_at", "created_by", "updated_at", "updated_by")


def default_layout(target: Object, children: Sequence[Child]) -> Layout:
    """Every field once: short ones in two columns, long texts below, who and when at the end; a related list for each child."""
    own = _own_fields(target)
    owner = ("owner",) if target.has_owner else ()
    sections = (
        Section(
            label="Details", fields=(*(field.name for field in own if not isinstance(field, TextAreaField)), *owner)
        ),
        Section(
            label="Description",
            fields=tuple(field.name for field in own if isinstance(field, TextAreaField)),
            columns=1,
        ),
        Section(label="System", fields=tuple(name for name in _TRAIL if name in target.fields)),
    )
    return Layout(
        object=target.name,
        name=DEFAULT_NAME,
        label=target.label,
        sections=tuple(section for section in sections if section.fields),
        header=(*(field.name for field in _listed_fields(target)[:3]), *owner),
        path=next((field.name for field in own if field.name in _STAGE_NAMES and type(field) is PicklistField), None),
        related=tuple(_related_list(child, lookup) for child, lookup in children),
    )


def default_view(target: Object, objects: Mapping[str, Object]) -> ListView:
    """The name, some short fields, the owner; the newest first."""
    owner = ("owner.name",) if target.has_owner else ()
    return ListView(
        object=target.name,
        name="all",
        label=f"All {target.plural_label}",
        columns=(target.name_field, *(_column(field, objects) for field in _listed_fields(target)[:5]), *owner),
        sort=(Sort(field="created_at", descending=True),),
    )


def _own_fields(target: Object) -> list[Field]:
    if target.is_system:
        return [field for field in target.fields.values() if field.name not in (*_TRAIL, "id", "version")]
    return [field for field in target.fields.values() if not field.is_system]


def _listed_fields(target: Object) -> list[Field]:
    """Fields short enough for a list, the name aside."""
    unfit = (TextAreaField, GeolocationField)
    return [field for field in _own_fields(target) if not isinstance(field, unfit) and field.name != target.name_field]


def _column(field: Field, objects: Mapping[str, Object]) -> str:
    target = objects.get(field.object) if isinstance(field, LookupField) else None
    return f"{field.name}.{target.name_field}" if target else field.name


def _related_list(child: Object, lookup: LookupField) -> RelatedList:
    columns = [field.name for field in _listed_fields(child) if field.name != lookup.name]
    return RelatedList(
        object=child.name, field=lookup.name, label=child.plural_label, columns=(child.name_field, *columns[:4])
    )
