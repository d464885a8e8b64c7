"""Whether each object holds together: its name field, validations, indexes, columns, masters and extensions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from metamodel.cycles import find_cycles
from metamodel.definitions import Object
from metamodel.draft import Draft
from metamodel.fields.computed import FormulaField
from metamodel.fields.field import Field
from metamodel.fields.number import AutoNumberField
from metamodel.fields.reference import MasterDetailField
from metamodel.fields.text import LongTextField, TextField
from metamodel.names import did_you_mean
from metamodel.problems import MetadataProblem

MAX_COLUMNS = 900
MAX_OBJECTS = 2_000


def check_objects(draft: Draft) -> Iterator[MetadataProblem]:
    yield from _check_extensions(draft)
    if len(draft.objects) > MAX_OBJECTS:
        message = f"there are {len(draft.objects):,} objects, at most {MAX_OBJECTS:,} are allowed"
        yield draft.problem(("object", next(iter(draft.objects))), "too_many_objects", message)
    for target in draft.objects.values():
        if target.is_system:
            continue
        yield from _check_name_field(draft, target)
        yield from _check_validations(draft, target)
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
            yield component.problem("unknown_object", (), f"there is no object {component.name!r} to extend", hint)
        elif target.is_system:
            yield component.problem(
                "not_available_yet", (), f"the {target.name} object cannot be extended in this version"
            )
        elif target.owner == component.owner:
            hint = f"Move its fields to objects/{target.name}.yaml."
            yield component.problem("own_object", (), f"the object {target.name!r} is of the same owner", hint)


def _check_name_field(draft: Draft, target: Object) -> Iterator[MetadataProblem]:
    field = target.fields.get(target.name_field)
    key = ("object", target.name)
    if field is None:
        hint = did_you_mean(target.name_field, target.fields)
        yield draft.problem(
            key, "unknown_field", f"the name field {target.name_field!r} does not exist", hint, ("name_field",)
        )
    elif not _can_name(field):
        message = f"the name field must be a text, an auto_number or a formula that returns text, {field.name!r} is a {field.type_name}"
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
                f"{target.name} has no field {validation.field!r}",
                did_you_mean(validation.field, target.fields),
                ("validations", validation.name, "field"),
            )


def _check_indexes(draft: Draft, target: Object) -> Iterator[MetadataProblem]:
    seen: set[tuple[str, ...]] = set()
    for position, index in enumerate(target.indexes):
        key = ("object", target.name)
        if index.fields in seen:
            yield draft.problem(
                key, "duplicate_name", "there is an index over these fields already", None, ("indexes", position)
            )
        seen.add(index.fields)
        for place, name in enumerate(index.fields):
            field = target.fields.get(name)
            path = ("indexes", position, "fields", place)
            if field is None:
                yield draft.problem(
                    key,
                    "unknown_field",
                    f"{target.name} has no field {name!r}",
                    did_you_mean(name, target.fields),
                    path,
                )
            elif not field.is_stored or isinstance(field, LongTextField) or len(field.columns) != 1:
                yield draft.problem(key, "wrong_type", f"a {field.type_name} field cannot be in an index", None, path)


def _check_columns(draft: Draft, target: Object) -> Iterator[MetadataProblem]:
    owners: dict[str, str] = {}
    for field in target.fields.values():
        for column in field.columns:
            if column.name in owners and not field.is_system:
                message = f"its column {column.name!r} is taken by the field {owners[column.name]!r}"
                yield draft.problem(
                    ("field", target.name, field.name), "duplicate_name", message, "Rename one of them."
                )
            owners.setdefault(column.name, field.name)
    if len(owners) > MAX_COLUMNS:
        message = f"{target.name} has {len(owners)} columns, at most {MAX_COLUMNS} are allowed"
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
                fault = f"{old!r} still exists, so {name!r} cannot be its new name"
            elif old in claimed:
                fault = f"{claimed[old]!r} was renamed from {old!r} too"
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
        message = "masters go in a circle: " + " -> ".join((*cycle, cycle[0]))
        key = ("field", cycle[0], masters[cycle[0]][following])
        yield draft.problem(key, "cyclic_master", message, "Make one of them a lookup.", ("object",))
