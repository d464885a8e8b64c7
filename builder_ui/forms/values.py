"""A record's stored values as a form shows them, and what a new record begins with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder_ui.columns import fetch_paths, resolve_columns
from builder_ui.forms.fields import form_fields
from builder_ui.forms.typed import PREFIX, Typed, typed_from_value
from builder_ui.record_types import RecordKind, kinds_of, narrowed_fields, type_path
from builder_ui.visit import Visit
from metamodel.definitions import Object
from metamodel.fields.choice import MultiPicklistField, PicklistField
from metamodel.fields.field import Field, FieldValueError
from metamodel.fields.number import AutoNumberField
from metamodel.fields.reference import LookupField
from trellis.errors import AccessDenied, NotFound


async def fetch_values(visit: Visit, thing: Object, record_id: str) -> Mapping[str, Any]:
    """The stored values of whatever a form of the object may show, with the names of looked-up records. Raises NotFound."""
    kinds = {kind.layout.name: kind for kind in kinds_of(visit.model, thing)}.values()
    names = [one.name for kind in kinds for one in form_fields(visit, kind)] + list(narrowed_fields(thing))
    columns = resolve_columns(visit.labels, thing, dict.fromkeys(names))
    paths = fetch_paths(columns, "id", "version", thing.name_field, *type_path(thing))
    return await visit.queries.row(visit.actor, thing.name, record_id, paths)


def typed_from_row(visit: Visit, kind: RecordKind, row: Mapping[str, Any]) -> dict[str, Typed]:
    return {one.name: typed_of(visit, one, row) for one in form_fields(visit, kind)}


def typed_of(visit: Visit, shape: Field, row: Mapping[str, Any]) -> Typed:
    name = ""
    if isinstance(shape, LookupField):
        name = str(row.get(f"{shape.name}.{visit.model.object(shape.object).name_field}") or "")
    return typed_from_value(shape, row.get(shape.name), visit.formats, name)


def typed_defaults(visit: Visit, kind: RecordKind) -> dict[str, Typed]:
    """The defaults that are plain values; those that are formulas are filled in when the record is saved."""
    typed = {}
    for one in form_fields(visit, kind):
        value = default_of(kind, one)
        if value is not None and not isinstance(one, LookupField):
            typed[one.name] = typed_from_value(one, value, visit.formats)
    return typed


def typed_copy(visit: Visit, kind: RecordKind, row: Mapping[str, Any]) -> dict[str, Typed]:
    """What a copy takes over: neither what there may be once only, nor what its type does not offer."""
    typed = typed_defaults(visit, kind)
    for one in form_fields(visit, kind):
        if not _is_its_own(one) and not kind.refuses(one, row.get(one.name)):
            typed[one.name] = typed_of(visit, one, row)
    return typed


def _is_its_own(field: Field) -> bool:
    """Whether a copy cannot have the value: there may be one only, or all that is known of it is its mask."""
    return field.unique or field.encrypted


async def typed_given(visit: Visit, kind: RecordKind) -> dict[str, Typed]:
    """Values that the address gives, such as the account whose page one came from."""
    typed = {}
    for one in form_fields(visit, kind):
        value = visit.asked(PREFIX + one.name)
        if not value:
            continue
        if not isinstance(one, LookupField):
            typed[one.name] = Typed(text=value)
            continue
        target = visit.model.object(one.object)
        try:
            row = await visit.queries.row(visit.actor, target.name, value, ("id", target.name_field))
        except (NotFound, AccessDenied):
            continue
        typed[one.name] = Typed(text=str(row[target.name_field] or ""), chosen=(value,))
    return typed


def default_of(kind: RecordKind, shape: Field) -> Any:
    """The type's default before the field's own, which does not count where the type does not offer it."""
    given = kind.type.defaults.get(shape.name) if kind.type else None
    if given is not None:
        return given
    value = _own_default(shape)
    return None if kind.refuses(shape, value) else value


def _own_default(shape: Field) -> Any:
    given = shape.default
    if given is None and isinstance(shape, PicklistField) and shape.default_values:
        given = list(shape.default_values) if isinstance(shape, MultiPicklistField) else shape.default_values[0]
    if given is None or isinstance(shape, AutoNumberField):
        return None
    try:
        return shape.parse(given)
    except FieldValueError:
        return None
