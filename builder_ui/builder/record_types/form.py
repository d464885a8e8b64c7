"""A record type's body -> the form in which it is edited, and what was typed in it -> the body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.datastructures import FormData

from builder_ui.builder.naming import naming_widgets
from builder_ui.builder.record_types.body import in_known_order
from builder_ui.builder.record_types.model import OfferedValues
from builder_ui.builder.workspace import Body
from builder_ui.forms.model import Widget
from builder_ui.labels import Labels
from builder_ui.lists.model import Choice
from builder_ui.translation import Words
from metamodel import Model
from metamodel.definitions import Object
from metamodel.fields.choice import MultiPicklistField, PicklistField
from metamodel.record_types import RECORD_TYPE


def picklists_of(thing: Object) -> tuple[PicklistField, ...]:
    """Those of which a type may offer less."""
    return tuple(one for one in thing.fields.values() if isinstance(one, PicklistField) and one.name != RECORD_TYPE)


def read_type(form: FormData, thing: Object, before: Body) -> Body:
    """What the form does not show, such as a picklist that is gone, stays as it was."""
    known: Mapping[str, Body] = before.get("picklists", {})
    fields = {one.name: one for one in picklists_of(thing)}
    picklists = {name: one for name, one in known.items() if name not in fields}
    for name, field in fields.items():
        narrowed = _narrowed(form, field, known.get(name, {}))
        if narrowed:
            picklists[name] = narrowed
    body: dict[str, Any] = {
        "label": _text(form, "label"),
        "description": _text(form, "description").replace("\r\n", "\n"),
        "is_active": bool(form.get("f.is_active")),
        "layout": _text(form, "layout"),
        "picklists": {name: picklists[name] for name in (*known, *picklists) if name in picklists},
    }
    if body["is_active"] and "is_active" not in before:
        del body["is_active"]
    return {key: value for key, value in body.items() if value not in ("", {})}


def _narrowed(form: FormData, field: PicklistField, before: Body) -> Body:
    """{} where all is offered."""
    if form.get(f"all.{field.name}"):
        return {}
    ticked = [value for value in form.getlist(f"values.{field.name}") if isinstance(value, str)]
    old = before.get("values", [])
    order = [*(value.name for value in field.active_values), *(one for one in old if one in ticked)]
    values = in_known_order(ticked, old, list(dict.fromkeys(order)))
    default = form.get(f"default.{field.name}")
    return {"values": values, **({"default": str(default)} if default else {})}


def type_widgets(
    words: Words,
    model: Model,
    thing: Object,
    name: str,
    body: Body,
    *,
    typed_name: str,
    is_default: bool | None,
    wrong: str,
) -> tuple[Widget, ...]:
    """`name` "": a new one; `is_default`: None where that is not the tenant's to say; `wrong`: with its name."""
    labels = Labels(model, words)
    layouts = [layout for (owner, _), layout in model.layouts.items() if owner == thing.name]
    return (
        *naming_widgets(
            words,
            "t",
            body,
            typed_name=None if name else typed_name,
            name_label=words.say("Name in formulas"),
            name_error=wrong,
        ),
        Widget(
            kind="select",
            id="t-layout",
            name="f.layout",
            label=words.say("Layout"),
            blank_label=words.say("– as without a type –"),
            choices=tuple(
                Choice(value=one.name, label=_layout_label(one.label, one.name), is_on=one.name == body.get("layout"))
                for one in layouts
            ),
            help=words.say("How forms and records of this type are laid out."),
        ),
        Widget(
            kind="textarea",
            id="t-description",
            name="f.description",
            label=words.say("When is it the right one? One sentence"),
            text=body.get("description", ""),
            is_wide=True,
            rows=2,
            help=words.say("Shown where one chooses the type of a new record."),
            length=4000,
        ),
        Widget(
            kind="checkbox",
            id="t-active",
            name="f.is_active",
            label=words.say("In use: new records may have it"),
            is_on=body.get("is_active", True),
            is_wide=True,
            help=words.say("Records that have it stay as they are and may be edited."),
        ),
        *(() if is_default is None else (_default_type(words, labels.object(thing), name, is_default=is_default),)),
    )


def _default_type(words: Words, label: str, name: str, *, is_default: bool) -> Widget:
    return Widget(
        kind="checkbox",
        id="t-default",
        name="f.default",
        label=words.say("Default: what a new %(label)s is unless one chooses", label=label.lower()),
        is_on=is_default,
        is_wide=True,
        help=words.say("To change it, make another type the default.") if is_default and name else "",
    )


def _layout_label(label: str, name: str) -> str:
    return label if label.lower() == name.replace("_", " ") else f"{label} ({name})"


def offered_values(
    words: Words, model: Model, thing: Object, body: Body, errors: Mapping[str, Sequence[str]]
) -> tuple[OfferedValues, ...]:
    """`errors`: lines by picklist."""
    return tuple(
        _offered(words, Labels(model, words), thing, one, body.get("picklists", {}).get(one.name), errors)
        for one in picklists_of(thing)
    )


def _offered(
    words: Words,
    labels: Labels,
    thing: Object,
    field: PicklistField,
    narrowed: Body | None,
    errors: Mapping[str, Sequence[str]],
) -> OfferedValues:
    active = [value.name for value in field.active_values]
    chosen = active if narrowed is None else narrowed["values"]
    names = [*active, *(name for name in chosen if name not in active)]
    default = (narrowed or {}).get("default", "")
    choices = tuple(Choice(value=name, label=labels.value(thing, field, name), is_on=name in chosen) for name in names)
    return OfferedValues(
        label=labels.field(thing, field),
        name=field.name,
        note=words.count("%(num)d value", "%(num)d values", len(active)),
        is_all=narrowed is None,
        values=choices,
        default=None if isinstance(field, MultiPicklistField) else _default(words, field, choices, default),
        errors=tuple(errors.get(field.name, ())),
    )


def _default(words: Words, field: PicklistField, choices: Sequence[Choice], default: str) -> Widget:
    return Widget(
        kind="select",
        id=f"d-{field.name}",
        name=f"default.{field.name}",
        label=words.say("New records begin with"),
        blank_label=words.say("– as the field says –"),
        choices=tuple(Choice(value=one.value, label=one.label, is_on=one.value == default) for one in choices),
    )


def _text(form: FormData, key: str) -> str:
    return str(form.get(f"f.{key}", "")).strip()
