"""What somebody typed into a form, by field, as text; and where it comes from: a record's values, the defaults, or the posted form.

Field names in forms begin with "f.", so that no field of an object can pass for one of the form's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.datastructures import FormData

from builder_ui.formats import Formats
from metamodel.fields.choice import CheckboxField, MultiPicklistField
from metamodel.fields.compound import GeolocationField
from metamodel.fields.field import Field
from metamodel.fields.number import NumberField
from metamodel.fields.reference import LookupField
from metamodel.fields.time import DatetimeField, TimeField

PREFIX = "f."


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """`text`: what stands in the widget; `chosen`: the id of the record that a look-up's text names, or the values ticked."""

    text: str = ""
    second: str = ""
    chosen: tuple[str, ...] = ()
    is_on: bool = False


NOTHING = Typed()
TypedValues = Mapping[str, Typed]


def typed_from_value(shape: Field, value: Any, formats: Formats, name: str = "") -> Typed:
    """What a form shows of a value that is stored. `name`: of the record that a look-up points to."""
    if isinstance(shape, CheckboxField):
        return Typed(is_on=bool(value))
    if value is None:
        return NOTHING
    if isinstance(shape, MultiPicklistField):
        return Typed(chosen=tuple(value))
    if isinstance(shape, LookupField):
        return Typed(text=name, chosen=(str(value),))
    if isinstance(shape, GeolocationField):
        return Typed(text=format(value[0], "f"), second=format(value[1], "f"))
    if isinstance(shape, DatetimeField):
        moment: datetime = formats.local(value)
        return Typed(text=moment.strftime("%Y-%m-%dT%H:%M"))
    if isinstance(shape, TimeField):
        return Typed(text=value.isoformat("minutes"))
    if isinstance(shape, NumberField):
        return Typed(text=format(value, "f"))
    return Typed(text=str(value))


def typed_from_form(shape: Field, form: FormData) -> Typed:
    """What was posted for a field; the same that the form shows again when the record is refused."""
    name = PREFIX + shape.name
    if isinstance(shape, CheckboxField):
        return Typed(is_on=bool(_text(form, name)))
    if isinstance(shape, MultiPicklistField):
        return Typed(chosen=tuple(value for value in form.getlist(name) if isinstance(value, str)))
    if isinstance(shape, GeolocationField):
        return Typed(text=_text(form, f"{name}.latitude"), second=_text(form, f"{name}.longitude"))
    if isinstance(shape, LookupField):
        return _typed_lookup(form, name)
    return Typed(text=_text(form, name))


def is_posted(shape: Field, form: FormData) -> bool:
    """Whether the form had the field at all; a box that is not ticked posts nothing, so such fields are asked for by the layout."""
    name = PREFIX + shape.name
    ends = ("", ".text", ".shown", ".latitude")
    return isinstance(shape, CheckboxField) or any(name + end in form for end in ends)


def _typed_lookup(form: FormData, name: str) -> Typed:
    """The id counts while the text is still the name it came with; a radio button chosen among candidates counts before it."""
    text = _text(form, f"{name}.text").strip()
    picked = _text(form, f"{name}.pick")
    if picked:
        return Typed(text=text, chosen=(picked,))
    record_id = _text(form, name)
    if record_id and (f"{name}.text" not in form or (text and text == _text(form, f"{name}.was"))):
        return Typed(text=text, chosen=(record_id,))
    return Typed(text=text)


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
