"""Whether each field holds together: its target, values, default and markers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from metamodel.checks.names import check_values
from metamodel.draft import Draft
from metamodel.fields.choice import MultiPicklistField, PicklistField
from metamodel.fields.field import Field, FieldValueError
from metamodel.fields.number import NumberField
from metamodel.fields.reference import LookupField
from metamodel.names import did_you_mean
from metamodel.problems import MetadataProblem
from rule_engine.wording import say


def check_fields(draft: Draft) -> Iterator[MetadataProblem]:
    for target in draft.objects.values():
        for field in target.fields.values():
            key = ("field", target.name, field.name)
            if field.is_system or key not in draft.origins:
                continue
            for code, message, hint, *path in field_faults(draft, field, draft.body(key)):
                yield draft.problem(key, code, message, hint, tuple(path))
            if isinstance(field, PicklistField) and field.picklist is None:
                yield from check_values(draft, key, field.values)


Fault = tuple[Any, ...]


def field_faults(draft: Draft, field: Field, body: Mapping[str, Any]) -> Iterator[Fault]:
    """(code, message, hint, *path below the field)"""
    if isinstance(field, LookupField):
        yield from _reference_faults(draft, field)
    if isinstance(field, PicklistField):
        yield from _picklist_faults(draft, field, body)
    if isinstance(field, NumberField) and field.scale > field.precision:
        yield (
            "bad_value",
            say(
                "the scale %(scale)s is more than the precision %(precision)s",
                scale=field.scale,
                precision=field.precision,
            ),
            None,
            "scale",
        )
    yield from _encryption_faults(field)
    if field.external_id and not field.unique:
        yield "bad_value", say("an external id must be unique"), say("Add unique: true."), "external_id"
    if field.default is not None and field.default_formula is not None:
        yield (
            "bad_value",
            say("there is a default and a default_formula"),
            say("Leave one of them out."),
            "default_formula",
        )
    if field.default is not None:
        yield from _default_faults(field)


def _encryption_faults(field: Field) -> Iterator[Fault]:
    if field.mask is not None and not field.encrypted:
        yield "bad_value", say("only an encrypted field has a mask"), say("Add encrypted: true."), "mask"
    if not field.encrypted:
        return
    if field.external_id:
        message = say("an encrypted field cannot be an external id: its values would stand in addresses")
        yield "bad_value", message, say("Leave external_id out; unique may stay."), "external_id"
    for name in ("default", "default_formula"):
        if getattr(field, name) is not None:
            message = say("an encrypted field cannot have a default: whoever reads the metadata would know its values")
            yield "bad_value", message, say("Leave it out."), name


def _reference_faults(draft: Draft, field: LookupField) -> Iterator[Fault]:
    if field.object not in draft.objects:
        yield (
            "unknown_object",
            say("there is no object %(object)r", object=field.object),
            did_you_mean(field.object, draft.objects),
            "object",
        )
    if field.required and field.on_delete == "clear":
        yield (
            "bad_value",
            say("a required lookup cannot be cleared"),
            say("Write on_delete: restrict or cascade."),
            "on_delete",
        )


def _picklist_faults(draft: Draft, field: PicklistField, body: Mapping[str, Any]) -> Iterator[Fault]:
    if field.picklist is not None and "values" in body:
        yield "bad_value", say("there are values and a picklist"), say("Leave one of them out."), "values"
    elif field.picklist is None and "values" not in body:
        yield (
            "missing_key",
            say("a picklist needs its values, or the picklist that has them"),
            say("Add values or picklist."),
            "type",
        )
    if field.picklist is not None and field.picklist not in draft.picklists:
        hint = did_you_mean(field.picklist, draft.picklists)
        yield "unknown_picklist", say("there is no picklist %(picklist)r", picklist=field.picklist), hint, "picklist"
    if field.values and not field.active_values:
        yield "bad_value", say("no value is active"), None, "values"
    if len(field.default_values) > 1 and not isinstance(field, MultiPicklistField):
        yield (
            "bad_value",
            say("more than one value is the default: %(values)s", values=", ".join(field.default_values)),
            None,
            "values",
        )


def _default_faults(field: Field) -> Iterator[Fault]:
    if isinstance(field, PicklistField) and not field.values:
        return
    try:
        field.parse(field.default)
    except FieldValueError as error:
        yield (
            "bad_default",
            say(
                "the default %(shown)s is not allowed: %(message)s", shown=_shown(field.default), message=error.message
            ),
            None,
            "default",
        )


def _shown(default: object) -> str:
    return f"{default:f}" if isinstance(default, Decimal) else f"{default!r:.60}"
