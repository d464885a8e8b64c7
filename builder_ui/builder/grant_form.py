"""The body of a permission set -> the form in which it is edited, and what was ticked in it -> the body."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.datastructures import FormData

from builder_ui.builder.grant_table import right_label, system_label
from builder_ui.builder.grant_types import TYPES, may_write, types_said
from builder_ui.builder.workspace import Body
from builder_ui.labels import Labels
from builder_ui.lists.model import Choice
from builder_ui.translation import Words
from metamodel import Model
from metamodel.access_definitions import (
    EVERY_FIELD,
    OBJECT_RIGHTS,
    SYSTEM_PERMISSIONS,
    PermissionSet,
    implied_permissions,
    implied_rights,
)
from metamodel.definitions import Object
from metamodel.fields.field import Field
from metamodel.record_types import RECORD_TYPE

OF_USERS = ("read", "view_all")
ALL, READ, BY_FIELD = "all", "read", "some"
T = TypeVar("T", bound=str)
_EVERYTHING: Mapping[str, str] = {EVERY_FIELD: "edit"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsRow:
    """`boxes`: one for each column, None where the right cannot be given; `fields`: how the fields are granted, `named`: how many by
    name; `types`: which record types records may be given, "" where all."""

    label: str
    name: str
    icon: str
    boxes: tuple[Choice | None, ...]
    fields: tuple[Choice, ...]
    named: str
    types: str
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsForm:
    columns: tuple[str, ...]
    rows: tuple[RightsRow, ...]
    system: tuple[Choice, ...]
    apps: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    label: str
    name: str
    choices: tuple[Choice, ...]
    errors: tuple[str, ...]


def rights_form(words: Words, model: Model, body: Body, errors: Mapping[str, Sequence[str]]) -> RightsForm:
    """`errors`: lines by object."""
    labels = Labels(model, words)
    system = implied_permissions(body.get("system", ()))
    granted: Mapping[str, Body] = body.get("objects", {})
    shown = sorted(model.objects.values(), key=lambda thing: (thing.is_system, labels.plural(thing).casefold()))
    return RightsForm(
        columns=tuple(right_label(words, right) for right in OBJECT_RIGHTS),
        rows=tuple(
            _row(words, labels, one, granted.get(one.name, {}), tuple(errors.get(one.name, ()))) for one in shown
        ),
        system=tuple(
            Choice(value=name, label=system_label(words, name), is_on=name in system) for name in SYSTEM_PERMISSIONS
        ),
        apps=tuple(
            Choice(value=name, label=labels.app(app), is_on=name in body.get("apps", ()))
            for name, app in model.apps.items()
        ),
    )


def read_rights(form: FormData, model: Model, before: Body) -> Body:
    """What the form does not show, such as single fields, stays as it was."""
    known: Mapping[str, Body] = before.get("objects", {})
    objects = {name: one for name, one in known.items() if name not in model.objects}
    for name in model.objects:
        rights = _ticked(form, f"rights.{name}", known.get(name, {}).get("rights", ()), OBJECT_RIGHTS, implied_rights)
        if rights:
            fields = _fields(str(form.get(f"fields.{name}", "")), known.get(name, {}))
            types = known.get(name, {}).get(TYPES) if may_write(rights) else None
            objects[name] = {
                "rights": rights,
                **({"fields": fields} if fields else {}),
                **({TYPES: types} if types is not None else {}),
            }
    in_order = {name: objects[name] for name in (*known, *objects) if name in objects}
    strange = [name for name in before.get("apps", ()) if name not in model.apps]
    apps = [*strange, *_ticked(form, "apps", before.get("apps", ()), tuple(model.apps), frozenset)]
    body: dict[str, Any] = {
        "label": str(form.get("f.label", "")).strip(),
        "description": str(form.get("f.description", "")).replace("\r\n", "\n").strip(),
        "objects": in_order,
        "system": _ticked(form, "system", before.get("system", ()), SYSTEM_PERMISSIONS, implied_permissions),
        "apps": list(before["apps"]) if set(apps) == set(before.get("apps", ())) and apps else apps,
        "api_only": bool(form.get("f.api_only")),
    }
    return {key: value for key, value in body.items() if value or (key in before and value == before[key])}


def body_of(granted: PermissionSet) -> Body:
    """As a file of one's own would say it."""
    body: dict[str, Any] = {
        "label": granted.label,
        "description": granted.description,
        "objects": {
            name: {
                "rights": _least(OBJECT_RIGHTS, one.rights, implied_rights),
                **({"fields": dict(one.fields)} if one.fields != _EVERYTHING else {}),
                **({TYPES: sorted(one.record_types)} if one.record_types is not None else {}),
            }
            for name, one in granted.objects.items()
        },
        "system": _least(SYSTEM_PERMISSIONS, granted.system, implied_permissions),
        "apps": sorted(granted.apps),
        "api_only": granted.api_only,
    }
    return {key: value for key, value in body.items() if value}


def others_choices(words: Words, granted: Body) -> tuple[Choice, ...]:
    now = granted.get("fields", _EVERYTHING).get(EVERY_FIELD, "none")
    return tuple(Choice(value=right, label=label, is_on=right == now) for right, label in _field_rights(words).items())


def field_rows(
    words: Words, model: Model, thing: Object, granted: Body, errors: Mapping[str, Sequence[str]]
) -> tuple[FieldRow, ...]:
    """`errors`: lines by field."""
    labels, named = Labels(model, words), granted.get("fields", _EVERYTHING)
    return tuple(
        FieldRow(
            label=labels.field(thing, field),
            name=field.name,
            choices=_field_choices(words, thing, field, named.get(field.name, "")),
            errors=tuple(errors.get(field.name, ())),
        )
        for field in _shown_fields(thing)
    )


def read_fields(form: FormData, thing: Object, granted: Body) -> Body:
    """The permission on an object with what was chosen for its fields."""
    before: Mapping[str, str] = granted.get("fields", _EVERYTHING)
    others = str(form.get("others", "")) or before.get(EVERY_FIELD, "none")
    shown = {field.name for field in _shown_fields(thing)}
    named = {name: right for name, right in before.items() if name != EVERY_FIELD and name not in shown}
    named |= {name: right for name in thing.fields if name in shown and (right := str(form.get(f"field.{name}", "")))}
    fields = {EVERY_FIELD: others, **named}
    if others == "none" and EVERY_FIELD not in before and named and "none" not in named.values():
        del fields[EVERY_FIELD]
    if fields == before:
        return granted
    kept = {key: value for key, value in granted.items() if key != "fields"}
    return kept if fields == _EVERYTHING else {**kept, "fields": fields}


def _row(words: Words, labels: Labels, thing: Object, granted: Body, errors: tuple[str, ...]) -> RightsRow:
    rights = implied_rights(granted.get("rights", ()))
    fields: Mapping[str, str] = granted.get("fields", _EVERYTHING)
    now = {"edit": ALL, "read": READ}.get(fields.get(EVERY_FIELD, ""), BY_FIELD) if len(fields) == 1 else BY_FIELD
    choices = {ALL: words.say("All editable"), READ: words.say("All read only")}
    if now == BY_FIELD:
        choices[BY_FIELD] = words.say("By field")
    count = sum(name != EVERY_FIELD for name in fields)
    return RightsRow(
        label=labels.plural(thing),
        name=thing.name,
        icon="user" if thing.is_system else thing.icon,
        boxes=tuple(
            None
            if thing.is_system and right not in OF_USERS
            else Choice(value=right, label=right_label(words, right), is_on=right in rights)
            for right in OBJECT_RIGHTS
        ),
        fields=tuple(Choice(value=value, label=label, is_on=value == now) for value, label in choices.items()),
        named=words.count("%(num)d field by name", "%(num)d fields by name", count) if count else "",
        types=types_said(words, labels, thing, granted),
        errors=errors,
    )


def _fields(chosen: str, before: Body) -> Mapping[str, str]:
    """{} for all of them."""
    now: Mapping[str, str] = before.get("fields", {})
    if chosen == READ:
        return {EVERY_FIELD: "read"}
    return {} if chosen == ALL and now != _EVERYTHING else now


def _ticked(
    form: FormData,
    name: str,
    before: Sequence[T],
    all_of: Sequence[T],
    implied: Callable[[Iterable[T]], frozenset[T]],
) -> list[T]:
    """The boxes that are on, less what others of them imply; as it was written before where it comes to the same."""
    posted = set(form.getlist(name))
    ticked = implied([one for one in all_of if one in posted])
    known = [one for one in before if one in all_of]
    return known if implied(known) == ticked else _least(all_of, ticked, implied)


def _least(all_of: Sequence[T], ticked: frozenset[T], implied: Callable[[Iterable[T]], frozenset[T]]) -> list[T]:
    return [
        one
        for one in all_of
        if one in ticked and not any(one in implied([other]) for other in all_of if other in ticked and other != one)
    ]


def _shown_fields(thing: Object) -> tuple[Field, ...]:
    """Those about which there is something to choose; which record type a record may be given is chosen by type."""
    fields = (field for field in thing.fields.values() if field.name != RECORD_TYPE)
    return tuple(field for field in fields if field.is_writable or _may_hide(thing, field))


def _may_hide(thing: Object, field: Field) -> bool:
    return field.name != thing.name_field and (thing.is_system or not field.is_system)


def _field_choices(words: Words, thing: Object, field: Field, now: str) -> tuple[Choice, ...]:
    rights = _field_rights(words)
    if not field.is_writable:
        del rights["edit"]
    if not _may_hide(thing, field):
        del rights["none"]
    like = words.say("Not in the clear") if field.encrypted else words.say("Like the others")
    choices = {"": like, **rights}
    return tuple(Choice(value=value, label=label, is_on=value == now) for value, label in choices.items())


def _field_rights(words: Words) -> dict[str, str]:
    return {"edit": words.say("Editable"), "read": words.say("Read only"), "none": words.say("Hidden")}
