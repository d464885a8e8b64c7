"""The model and what the actor may do -> the description of an object that the API gives. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from metamodel.definitions import Object
from metamodel.fields.field import Field
from metamodel.fields.system import RecordTypeField
from metamodel.model import Model
from metamodel.record_types import RecordType
from trellis.errors import AccessDenied
from trellis.query.authorize import authorize
from trellis.query.query import Query
from trellis.security.access import Access, Action
from trellis.security.actor import Actor

JsonObject = dict[str, Any]


def describe_objects(model: Model, access: Access, actor: Actor) -> list[JsonObject]:
    """The objects that the actor may read, in the model's order, without their fields."""
    return [
        describe_summary(model, access, actor, target)
        for target in model.objects.values()
        if access.decide(actor, "read", target.name).allowed
    ]


def describe_summary(model: Model, access: Access, actor: Actor, target: Object) -> JsonObject:
    prefix = f"objects.{target.name}"
    return {
        "name": target.name,
        "label": model.text(actor.language, f"{prefix}.label", target.label),
        "plural_label": model.text(actor.language, f"{prefix}.plural_label", target.plural_label),
        "description": target.description,
        "icon": target.icon,
        "hue": target.hue,
        "name_field": target.name_field,
        "can": {action: may_change(access, actor, target, action) for action in ("create", "update", "delete")},
    }


def describe_object(model: Model, access: Access, actor: Actor, target: Object) -> JsonObject:
    fields = [
        _describe_field(model, access, actor, target, field)
        for field in target.fields.values()
        if access.decide(actor, "read", target.name, field.name).allowed
    ]
    views = [
        {
            "name": view.name,
            "label": view.label,
            "columns": [
                name
                for name in view.columns
                if _may_ask(model, access, actor, Query(object=target.name, fields=(name,)))
            ],
        }
        for view in model.views_for(target.name)
        if _may_ask(model, access, actor, Query(object=target.name, fields=("id",), filter=view.filter, sort=view.sort))
    ]
    described = {**describe_summary(model, access, actor, target), "fields": fields, "views": views}
    if target.record_types:
        first = target.first_record_type(access.record_types(actor, target.name))
        described["record_types"] = [
            _describe_type(model, access, actor, target, one) for one in target.record_types.values()
        ]
        described["default_record_type"] = first.name if first else None
    return described


def _describe_type(model: Model, access: Access, actor: Actor, target: Object, one: RecordType) -> JsonObject:
    """`available`: whether the actor may give it to a record. Of the picklists those that the actor may read."""
    prefix = f"objects.{target.name}.record_types.{one.name}"
    return {
        "name": one.name,
        "label": model.text(actor.language, f"{prefix}.label", one.label),
        "description": model.text(actor.language, f"{prefix}.description", one.description or "") or None,
        "active": one.is_active,
        "available": one in target.open_record_types(access.record_types(actor, target.name)),
        "layout": one.layout,
        "picklists": {
            name: {"values": values, "default": one.defaults.get(name)}
            for name, values in one.values.items()
            if access.decide(actor, "read", target.name, name).allowed
        },
    }


def _may_ask(model: Model, access: Access, actor: Actor, query: Query) -> bool:
    try:
        authorize(model, access, actor, query)
    except AccessDenied:
        return False
    return True


def may_change(access: Access, actor: Actor, target: Object, action: Action) -> bool:
    """The platform's own objects, such as user, are not changed through records."""
    return not target.is_system and access.decide(actor, action, target.name).allowed


def may_write(access: Access, actor: Actor, target: Object, field: Field) -> bool:
    """`owner` is a system field, and yet a caller may give a record to somebody; and a type, where one is open to them."""
    is_open = field.is_writable and not target.is_system
    if isinstance(field, RecordTypeField) and not target.open_record_types(access.record_types(actor, target.name)):
        return False
    return is_open and access.decide(actor, "update", target.name, field.name).allowed


def as_written(access: Access, actor: Actor, target: Object, field: Field) -> Field:
    """The field with no other values than the actor may write."""
    if not isinstance(field, RecordTypeField):
        return field
    allowed = access.record_types(actor, target.name)
    known = {one.name for one in target.open_record_types(allowed)}
    first = target.first_record_type(allowed)
    values = tuple(value for value in field.values if value.name in known)
    return replace(field, values=values, default=first.name if first else None)


def _describe_field(model: Model, access: Access, actor: Actor, target: Object, field: Field) -> JsonObject:
    described: JsonObject = {
        "name": field.name,
        "label": model.text(actor.language, f"objects.{target.name}.fields.{field.name}.label", field.label),
        "help": field.help,
        "type": field.type_name,
        "required": field.required,
        "unique": field.unique,
        "external_id": field.external_id,
        "writable": may_write(access, actor, target, field),
        "operators": field.operators,
        "schema": as_written(access, actor, target, field).json_schema(),
    }
    described.update(_details(field))
    return described


def _details(field: Field) -> Mapping[str, Any]:
    """What only some types have: the object of a lookup, the values of a picklist, the formula."""
    details: JsonObject = {"encrypted": True, "mask": field.mask or "all"} if field.encrypted else {}
    for name in ("object", "formula", "currency", "scale", "length"):
        value = getattr(field, name, None)
        if value is not None:
            details[name] = value
    values = getattr(field, "values", None)
    if values is not None:
        details["values"] = [{"name": value.name, "label": value.label, "active": value.active} for value in values]
    return details
