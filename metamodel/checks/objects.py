"""Whether each object holds together: its name field, validations, indexes, columns, masters and extensions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from metamodel.cycles import find_cycles
from metamodel.definitions import Object
from metamodel.draft import Draft
from metamodel.fields.computed import FormulaField
from metamodel.fields.field import Field
from metamodel.fields.number import AutoNumberField
from metamodel.fields.reference import LookupField, MasterDetailField
from metamodel.fields.text import LongTextField, TextField
from metamodel.names import did_you_mean
from metamodel.problems import MetadataProblem
from metamodel.words import word_for
from rule_engine import Kind
from rule_engine.wording import say

MAX_COLUMNS = 900
MAX_OBJECTS = 2_000


def check_objects(draft: Draft) -> Iterator[MetadataProblem]:
    yield from _check_extensions(draft)
    if len(draft.objects) > MAX_OBJECTS:
        message = say(
            "there are %(count)s objects, at most %(most)s are allowed",
            count=f"{len(draft.objects):,}",
            most=f"{MAX_OBJECTS:,}",
        )
        yield draft.problem(("object", next(iter(draft.objects))), "too_many_objects", message)
    for target in draft.objects.values():
        if target.is_system:
            continue
        yield from _check_name_field(draft, target)
        yield from _check_validations(draft, target)
        yield from _check_retention(draft, target)
        yield from _check_indexes(draft, target)
        yield from _check_columns(draft, target)
    yield from _check_renames(draft)
    yield from _check_masters(draft)


def _check_extensions(draft: Draft) -> Iterator[MetadataProblem]:
    for component in draft.components:
        if component.kind != "extension":
            continue
        target = draft.objects.get(component.name)
        if target is None:
            hint = did_you_mean(component.name, draft.objects)
            yield component.problem(
                "unknown_object", (), say("there is no object %(name)r to extend", name=component.name), hint
            )
        elif target.is_system:
            yield component.problem(
                "not_available_yet",
                (),
                say("the %(object)s object cannot be extended in this version", object=target.name),
            )
        elif target.owner == component.owner:
            hint = say("Move what it adds to objects/%(object)s.yaml.", object=target.name)
            yield component.problem(
                "own_object", (), say("the object %(object)r is of the same owner", object=target.name), hint
            )


def _check_name_field(draft: Draft, target: Object) -> Iterator[MetadataProblem]:
    field = target.fields.get(target.name_field)
    key = ("object", target.name)
    if field is None:
        hint = did_you_mean(target.name_field, target.fields)
        yield draft.problem(
            key,
            "unknown_field",
            say("the name field %(name)r does not exist", name=target.name_field),
            hint,
            ("name_field",),
        )
    elif field.encrypted:
        message = say("the name of a record is shown everywhere, so %(field)r cannot be encrypted", field=field.name)
        hint = say("Name another field, such as an auto_number.")
        yield draft.problem(key, "wrong_type", message, hint, ("name_field",))
    elif not _can_name(field):
        message = say(
            "the name field must be a text, an auto_number or a formula that returns text, %(field)r is a %(type)s",
            field=field.name,
            type=word_for(field.type_name),
        )
        yield draft.problem(key, "wrong_type", message, None, ("name_field",))


def _can_name(field: Field) -> bool:
    if isinstance(field, FormulaField):
        return field.returns == "text"
    return not field.is_system and (type(field) is TextField or isinstance(field, AutoNumberField))


def _check_validations(draft: Draft, target: Object) -> Iterator[MetadataProblem]:
    for validation in target.validations:
        if validation.field is not None and validation.field not in target.fields:
            yield draft.problem(
                ("object", target.name),
                "unknown_field",
                say("%(object)s has no field %(name)r", object=target.name, name=validation.field),
                did_you_mean(validation.field, target.fields),
                ("validations", validation.name, "field"),
            )


def _check_retention(draft: Draft, target: Object) -> Iterator[MetadataProblem]:
    for rule in target.retention:
        key, at = ("object", target.name), ("retention", rule.name, "since")
        field = target.fields.get(rule.since)
        if field is None:
            message = say("%(object)s has no field %(name)r", object=target.name, name=rule.since)
            yield draft.problem(key, "unknown_field", message, did_you_mean(rule.since, target.fields), at)
        elif not field.is_stored or field.formula_type.kind not in (Kind.DATE, Kind.DATETIME):
            message = say("%(name)s is no stored date or moment to count days from", name=rule.since)
            yield draft.problem(key, "wrong_type", message, say("Name a date, a datetime, or created_at."), at)
        marked = any(map(_tells_what_is_left, target.fields.values()))
        if rule.then == "anonymize" and not marked:
            message = say("no field of %(object)s says what of a person it holds", object=target.name)
            hint = say("Give the fields personal_data, or let the records be deleted.")
            yield draft.problem(key, "bad_value", message, hint, ("retention", rule.name, "then"))


def _tells_what_is_left(field: Field) -> bool:
    """Whether a marked field shows that a record was anonymized already: it is emptied, or a text that a database can look into."""
    if field.personal_data is None or not field.is_writable or isinstance(field, LookupField):
        return False
    if field.required:
        return isinstance(field, TextField) and not field.encrypted
    return field.encrypted or len(field.columns) == 1


def _check_indexes(draft: Draft, target: Object) -> Iterator[MetadataProblem]:
    seen: set[tuple[str, ...]] = set()
    for position, index in enumerate(target.indexes):
        key = ("object", target.name)
        if index.fields in seen:
            yield draft.problem(
                key, "duplicate_name", say("there is an index over these fields already"), None, ("indexes", position)
            )
        seen.add(index.fields)
        for place, name in enumerate(index.fields):
            field = target.fields.get(name)
            path = ("indexes", position, "fields", place)
            if field is None:
                yield draft.problem(
                    key,
                    "unknown_field",
                    say("%(object)s has no field %(name)r", object=target.name, name=name),
                    did_you_mean(name, target.fields),
                    path,
                )
            elif field.encrypted:
                message = say("an encrypted field cannot be in an index with others")
                yield draft.problem(key, "wrong_type", message, say("Write indexed or unique at the field."), path)
            elif not field.is_stored or isinstance(field, LongTextField) or len(field.columns) != 1:
                yield draft.problem(
                    key,
                    "wrong_type",
                    say("a %(type)s field cannot be in an index", type=word_for(field.type_name)),
                    None,
                    path,
                )


def _check_columns(draft: Draft, target: Object) -> Iterator[MetadataProblem]:
    owners: dict[str, str] = {}
    for field in target.fields.values():
        for column in field.columns:
            if column.name in owners and not field.is_system:
                message = say(
                    "its column %(column)r is taken by the field %(field)r",
                    column=column.name,
                    field=owners[column.name],
                )
                yield draft.problem(
                    ("field", target.name, field.name), "duplicate_name", message, say("Rename one of them.")
                )
            owners.setdefault(column.name, field.name)
    if len(owners) > MAX_COLUMNS:
        message = say(
            "%(object)s has %(count)s columns, at most %(most)s are allowed",
            object=target.name,
            count=len(owners),
            most=MAX_COLUMNS,
        )
        yield draft.problem(("object", target.name), "too_many_fields", message, None, ("fields",))


def _check_renames(draft: Draft) -> Iterator[MetadataProblem]:
    yield from _renames_that_clash(draft, draft.objects, "object")
    for target in draft.objects.values():
        yield from _renames_that_clash(draft, target.fields, "field", target.name)


def _renames_that_clash(
    draft: Draft, definitions: Mapping[str, Object] | Mapping[str, Field], *place: str
) -> Iterator[MetadataProblem]:
    claimed: dict[str, str] = {}
    for name, definition in definitions.items():
        for index, old in enumerate(definition.renamed_from):
            fault = None
            if old in definitions:
                fault = say("%(old)r still exists, so %(name)r cannot be its new name", old=old, name=name)
            elif old in claimed:
                fault = say("%(name)r was renamed from %(old)r too", name=claimed[old], old=old)
            claimed.setdefault(old, name)
            if fault:
                yield draft.problem((*place, name), "duplicate_name", fault, None, ("renamed_from", index))


def _check_masters(draft: Draft) -> Iterator[MetadataProblem]:
    masters = {
        target.name: {
            field.object: field.name for field in target.fields.values() if isinstance(field, MasterDetailField)
        }
        for target in draft.objects.values()
    }
    for cycle in find_cycles(masters):
        following = (*cycle, cycle[0])[1]
        message = say("masters go in a circle: %(circle)s", circle=" -> ".join((*cycle, cycle[0])))
        key = ("field", cycle[0], masters[cycle[0]][following])
        yield draft.problem(key, "cyclic_master", message, say("Make one of them a lookup."), ("object",))
