"""Whether the record types of each object hold together: their names, layouts, the values they offer, and the default."""

from __future__ import annotations

from collections.abc import Iterator

from metamodel.definitions import Object
from metamodel.draft import Draft
from metamodel.fields.choice import MultiPicklistField, PicklistField
from metamodel.fields.system import RecordTypeField
from metamodel.names import did_you_mean, name_fault
from metamodel.problems import MetadataProblem
from metamodel.record_types import RecordType
from metamodel.words import word_for
from metamodel.yaml_reader import Path
from rule_engine.wording import say


def check_record_types(draft: Draft) -> Iterator[MetadataProblem]:
    for target in draft.objects.values():
        for one in target.record_types.values():
            yield from _check_type(draft, target, one)
        if not target.is_system:
            yield from _check_default(draft, target)


def _check_type(draft: Draft, target: Object, one: RecordType) -> Iterator[MetadataProblem]:
    key, at = ("object", target.name), ("record_types", one.name)
    fault = name_fault(one.name)
    if fault:
        yield draft.problem(key, "bad_name", fault, say("Choose another name."), at)
    if one.layout is not None and (target.name, one.layout) not in draft.layouts:
        message = say("%(object)s has no layout %(name)r", object=target.name, name=one.layout)
        known = [name for owner, name in draft.layouts if owner == target.name]
        yield draft.problem(key, "unknown_layout", message, did_you_mean(one.layout, known), (*at, "layout"))
    for name in one.values:
        yield from _check_picklist(draft, target, one, name)


def _check_picklist(draft: Draft, target: Object, one: RecordType, name: str) -> Iterator[MetadataProblem]:
    key: tuple[str, ...] = ("object", target.name)
    at: Path = ("record_types", one.name, "picklists", name)
    field = target.fields.get(name)
    picklists = [known.name for known in target.fields.values() if _can_narrow(known)]
    if field is None:
        message = say("%(object)s has no field %(name)r", object=target.name, name=name)
        yield draft.problem(key, "unknown_field", message, did_you_mean(name, picklists), at)
        return
    if not isinstance(field, PicklistField) or not _can_narrow(field):
        message = say(
            "a record type narrows picklists, %(field)r is a %(type)s", field=name, type=word_for(field.type_name)
        )
        hint = say("Allowed: %(names)s.", names=", ".join(picklists)) if picklists else None
        yield draft.problem(key, "wrong_type", message, hint, at)
        return
    active = [value.name for value in field.active_values]
    known = {value.name for value in field.values}
    for index, value in enumerate(one.values[name]):
        place: Path = (*at, "values", index)
        if value not in known:
            message = say("%(field)s has no value %(value)r", field=name, value=value)
            yield draft.problem(key, "unknown_value", message, did_you_mean(value, active), place)
        elif value not in active:
            message = say("the value %(value)r of %(field)s is no longer in use", field=name, value=value)
            hint = say("Leave it out here, or make it active again.")
            yield draft.problem(key, "bad_value", message, hint, place)
    yield from _check_first_value(draft, target, one, field)


def _check_first_value(
    draft: Draft, target: Object, one: RecordType, field: PicklistField
) -> Iterator[MetadataProblem]:
    """The value that new records of the type begin with."""
    default = one.defaults.get(field.name)
    if default is None:
        return
    key, at = ("object", target.name), ("record_types", one.name, "picklists", field.name, "default")
    if isinstance(field, MultiPicklistField):
        message = say("a record type gives a default to a picklist, %(field)r takes several values", field=field.name)
        yield draft.problem(key, "wrong_type", message, say("Leave it out."), at)
    elif default not in one.values[field.name]:
        message = say("the default %(value)r is none of the values that the type offers", value=default)
        yield draft.problem(key, "bad_default", message, did_you_mean(default, one.values[field.name]), at)


def _check_default(draft: Draft, target: Object) -> Iterator[MetadataProblem]:
    key, at, name = ("object", target.name), ("default_record_type",), target.default_record_type
    active = [one.name for one in target.record_types.values() if one.is_active]
    if name is None:
        if target.record_types:
            message = say("%(object)s has record types and none of them is the default", object=target.name)
            hint = say("Add default_record_type.")
            yield draft.problem(key, "missing_key", message, hint, ("record_types",))
    elif not target.record_types:
        message = say("%(object)s has no record types", object=target.name)
        yield draft.problem(key, "unknown_record_type", message, say("Leave it out, or add record_types."), at)
    elif name not in target.record_types:
        message = say("%(object)s has no record type %(name)r", object=target.name, name=name)
        yield draft.problem(key, "unknown_record_type", message, did_you_mean(name, active), at)
    elif name not in active:
        message = say("the record type %(name)r is not active, so no new record can have it", name=name)
        yield draft.problem(key, "bad_default", message, did_you_mean(name, active), at)


def _can_narrow(field: object) -> bool:
    return isinstance(field, PicklistField) and not isinstance(field, RecordTypeField)
