"""Whether the record types of each object hold together: their names, layouts, the values they offer, and the default."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from metamodel.building.record_types import DEFAULT, TYPES, sources_of_types, who_says_default
from metamodel.component import Component
from metamodel.definitions import Object
from metamodel.draft import Draft, place_of
from metamodel.fields.choice import MultiPicklistField, PicklistField
from metamodel.fields.system import RecordTypeField
from metamodel.names import did_you_mean, name_fault
from metamodel.problems import MetadataProblem
from metamodel.record_types import RecordType
from metamodel.words import word_for
from metamodel.yaml_reader import Path
from rule_engine.wording import say


def check_record_types(draft: Draft) -> Iterator[MetadataProblem]:
    extensions: dict[str, list[Component]] = {}
    for component in draft.components:
        if component.kind == "extension":
            extensions.setdefault(component.name, []).append(component)
    for target in draft.objects.values():
        for one in target.record_types.values():
            yield from _check_type(draft, target, one)
        if not target.is_system:
            component, _ = draft.origins["object", target.name]
            sources = sources_of_types(component, extensions.get(target.name, ()))
            yield from _check_default(draft, target, sources)
            yield from _check_who_says_default(target, sources)


def _check_type(draft: Draft, target: Object, one: RecordType) -> Iterator[MetadataProblem]:
    key = ("record_type", target.name, one.name)
    fault = name_fault(one.name)
    if fault:
        yield draft.problem(key, "bad_name", fault, say("Choose another name."))
    if one.layout is not None and (target.name, one.layout) not in draft.layouts:
        message = say("%(object)s has no layout %(name)r", object=target.name, name=one.layout)
        known = [name for owner, name in draft.layouts if owner == target.name]
        yield draft.problem(key, "unknown_layout", message, did_you_mean(one.layout, known), ("layout",))
    for name in one.values:
        yield from _check_picklist(draft, target, one, name)


def _check_picklist(draft: Draft, target: Object, one: RecordType, name: str) -> Iterator[MetadataProblem]:
    key: tuple[str, ...] = ("record_type", target.name, one.name)
    at: Path = ("picklists", name)
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
    key, at = ("record_type", target.name, one.name), ("picklists", field.name, "default")
    if isinstance(field, MultiPicklistField):
        message = say("a record type gives a default to a picklist, %(field)r takes several values", field=field.name)
        yield draft.problem(key, "wrong_type", message, say("Leave it out."), at)
    elif default not in one.values[field.name]:
        message = say("the default %(value)r is none of the values that the type offers", value=default)
        yield draft.problem(key, "bad_default", message, did_you_mean(default, one.values[field.name]), at)


def _check_default(draft: Draft, target: Object, sources: Sequence[Component]) -> Iterator[MetadataProblem]:
    source, name, at = who_says_default(sources), target.default_record_type, (DEFAULT,)
    active = [one.name for one in target.record_types.values() if one.is_active]
    if source is None or name is None:
        if target.record_types:
            message = say("%(object)s has record types and none of them is the default", object=target.name)
            hint = say("Add default_record_type.")
            first, _ = draft.origins["record_type", target.name, next(iter(target.record_types))]
            yield first.problem("missing_key", (TYPES,), message, hint)
    elif not target.record_types:
        message = say("%(object)s has no record types", object=target.name)
        yield source.problem("unknown_record_type", at, message, say("Leave it out, or add record_types."))
    elif name not in target.record_types:
        message = say("%(object)s has no record type %(name)r", object=target.name, name=name)
        yield source.problem("unknown_record_type", at, message, did_you_mean(name, active))
    elif name not in active:
        message = say("the record type %(name)r is not active, so no new record can have it", name=name)
        yield source.problem("bad_default", at, message, did_you_mean(name, active))


def _check_who_says_default(target: Object, sources: Sequence[Component]) -> Iterator[MetadataProblem]:
    """Whether nobody says otherwise, and no extension speaks for an object that has types of its own."""
    first = who_says_default(sources)
    has_own_types = TYPES in (sources[0].body or {})
    for source in sources[1:]:
        body = source.body or {}
        if first is None or source is first or DEFAULT not in body:
            continue
        if has_own_types or body[DEFAULT] != target.default_record_type:
            message = say(
                "the default record type of %(object)s is %(name)r, as %(where)s says",
                object=target.name,
                name=target.default_record_type,
                where=place_of(first),
            )
            yield source.problem("bad_default", (DEFAULT,), message, say("Leave it out."))


def _can_narrow(field: object) -> bool:
    return isinstance(field, PicklistField) and not isinstance(field, RecordTypeField)
