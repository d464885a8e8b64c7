"""What was typed -> a payload for the write pipeline. Look-ups typed as text are found by name, so it works without JavaScript."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from builder_ui.forms.complaints import complaint
from builder_ui.forms.typed import Typed, TypedValues
from builder_ui.lists.formulas import name_contains, quote
from builder_ui.lists.model import Choice
from builder_ui.visit import Visit
from metamodel.definitions import Object, Sort
from metamodel.fields.choice import CheckboxField, MultiPicklistField
from metamodel.fields.compound import GeolocationField
from metamodel.fields.field import Field, FieldValueError
from metamodel.fields.reference import LookupField
from metamodel.fields.sealed import is_masked
from metamodel.fields.text import TextAreaField, TextField
from trellis.query.query import Query

CANDIDATES = 6


@dataclass(slots=True)
class Reading:
    """`payload`: JSON values by field; `errors` by field; `candidates`: the records that a look-up's text may mean."""

    payload: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    candidates: dict[str, tuple[Choice, ...]] = field(default_factory=dict)


async def read_typed(visit: Visit, fields: Iterable[Field], typed: TypedValues) -> Reading:
    """Every field is read, so that every error is shown at once."""
    reading = Reading()
    for one in fields:
        if one.name not in typed:
            continue
        try:
            if isinstance(one, LookupField):
                await _read_lookup(visit, one, typed[one.name], reading)
            else:
                reading.payload[one.name] = _json_value(visit, one, typed[one.name])
        except FieldValueError as error:
            reading.errors[one.name] = complaint(visit.words, error.code, error.message)
    return reading


def _json_value(visit: Visit, shape: Field, typed: Typed) -> Any:
    """Raises FieldValueError."""
    if isinstance(shape, CheckboxField):
        return typed.is_on
    if isinstance(shape, MultiPicklistField):
        return list(typed.chosen) or None
    text = typed.text
    if isinstance(shape, GeolocationField):
        text = f"{typed.text}, {typed.second}" if typed.text.strip() or typed.second.strip() else ""
    if isinstance(shape, TextField) and not isinstance(shape, TextAreaField):
        text = text.strip()
    if not text.strip():
        return None
    if shape.encrypted and is_masked(text):
        return text
    return shape.to_json(shape.parse_text(text, visit.formats.locale))


async def _read_lookup(visit: Visit, shape: LookupField, typed: Typed, reading: Reading) -> None:
    if typed.chosen or not typed.text:
        reading.payload[shape.name] = typed.chosen[0] if typed.chosen else None
        return
    target = visit.model.object(shape.object)
    found = await find_by_name(visit, target, f"LOWER({target.name_field}) = {quote(typed.text.lower())}")
    words, label = visit.words, visit.labels.object(target).lower()
    if len(found) == 1:
        reading.payload[shape.name] = found[0].value
        return
    if found:
        reading.errors[shape.name] = words.say("Several records have this name. Choose one.")
        reading.candidates[shape.name] = found
        return
    similar = await find_by_name(visit, target, name_contains(target.name_field, typed.text))
    reading.candidates[shape.name] = similar
    if similar:
        reading.errors[shape.name] = words.say("There is no %(label)s named exactly so. Choose one.", label=label)
    else:
        reading.errors[shape.name] = words.say("There is no %(label)s with this name.", label=label)


async def find_by_name(visit: Visit, target: Object, condition: str | None) -> tuple[Choice, ...]:
    """Some records that meet the condition, by name; each with a second fact that tells twins apart."""
    second = second_fact(visit, target)
    query = Query(
        object=target.name,
        fields=tuple(dict.fromkeys(("id", target.name_field, *((second,) if second else ())))),
        filter=condition,
        sort=(Sort(field=target.name_field),),
        limit=CANDIDATES,
    )
    rows = await visit.queries.rows(visit.actor, query)
    return tuple(
        Choice(
            value=str(row["id"]),
            label=str(row[target.name_field] or ""),
            hint=_fact_text(visit, target, second, row) if second else "",
        )
        for row in rows
    )


def second_fact(visit: Visit, target: Object) -> str | None:
    """The first of the layout's header fields that reads as a fact: what stands below the name in a look-up."""
    if target.name == "user":
        return "email"
    for name in visit.model.layout_for(target.name).header:
        shape = target.fields.get(name)
        if (
            shape
            and shape.is_stored
            and not isinstance(shape, (LookupField, CheckboxField))
            and name != target.name_field
        ):
            return name
    return None


def _fact_text(visit: Visit, target: Object, name: str, row: dict[str, Any]) -> str:
    shown = visit.display.value(target, target.fields[name], row[name])
    return shown.text
