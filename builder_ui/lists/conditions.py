"""Field, operator and value, as somebody chose them -> one condition in the formula language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from builder_ui.lists.formulas import name_contains, quote
from builder_ui.translation import Words
from metamodel import Model
from metamodel.definitions import Object
from metamodel.fields.choice import CheckboxField, MultiPicklistField, PicklistField
from metamodel.fields.compound import GeolocationField
from metamodel.fields.computed import FormulaField
from metamodel.fields.field import Field, FieldValueError, Locale
from metamodel.fields.number import NumberField
from metamodel.fields.reference import LookupField
from metamodel.fields.system import IdField, VersionField
from metamodel.fields.text import TextField
from metamodel.fields.time import DateField, DatetimeField

Needs = Literal["", "text", "number", "date", "days", "values"]
LONGEST_VALUE = 500


@dataclass(frozen=True, slots=True)
class Operator:
    """`needs`: what value it asks for; `write`: path and value texts -> condition."""

    code: str
    label: str
    needs: Needs
    write: Callable[[str, Sequence[str]], str]


class BadValue(ValueError):
    """The value typed into the filter cannot be used; the message says why."""


def filterable_fields(thing: Object) -> tuple[Field, ...]:
    unfit = (IdField, VersionField, GeolocationField)
    return tuple(field for field in thing.fields.values() if not isinstance(field, unfit))


def operators_for(words: Words, model: Model, field: Field) -> tuple[Operator, ...]:
    shown = field.result if isinstance(field, FormulaField) else field
    blank = (
        Operator("blank", words.say("is empty"), "", lambda path, _: f"ISBLANK({path})"),
        Operator("filled", words.say("is filled"), "", lambda path, _: f"!ISBLANK({path})"),
    )
    match shown:
        case CheckboxField():
            return (
                Operator("yes", words.say("is ticked"), "", lambda path, _: path),
                Operator("no", words.say("is not ticked"), "", lambda path, _: f"!{path}"),
            )
        case TextField() if shown.encrypted:
            # Filters stand in addresses, where its values must not be.
            return blank
        case MultiPicklistField():
            return (Operator("any", words.say("includes any of"), "values", _includes), *blank)
        case PicklistField():
            return (
                Operator("any", words.say("is one of"), "values", _one_of),
                Operator("none", words.say("is none of"), "values", lambda path, values: f"!({_one_of(path, values)})"),
                *blank,
            )
        case LookupField():
            return (*_record_operators(words, model, shown), *blank)
        case NumberField():
            return (*_order_operators(words, "number"), *blank)
        case DateField():
            return (*_order_operators(words, "date"), *_day_operators(words), *blank)
        case DatetimeField():
            return (*_moment_operators(words), *blank)
        case TextField():
            return (*_text_operators(words), *blank)
    return blank


def write_condition(operator: Operator, field: Field, values: Sequence[str]) -> str:
    """Raises BadValue with a message that needs no translation of its own: it is the field's, or a plain sentence."""
    if not operator.needs:
        return operator.write(field.name, ())
    texts = [value.strip()[:LONGEST_VALUE] for value in values if value.strip()]
    if not texts:
        raise BadValue("")
    try:
        return operator.write(field.name, [_literal(operator.needs, field, text) for text in texts])
    except FieldValueError as error:
        raise BadValue(error.message) from error


def _literal(needs: Needs, field: Field, text: str) -> str:
    if needs == "number":
        number: Decimal = NumberField(name=field.name, label="", precision=18, scale=6).parse_text(text, Locale())
        return format(number.normalize(), "f")
    if needs == "date":
        day: date = DateField(name=field.name, label="").parse_text(text, Locale())
        return f"DATE({day.year}, {day.month}, {day.day})"
    if needs == "days":
        days: Decimal = NumberField(name=field.name, label="", precision=5, scale=0).parse_text(text, Locale())
        return format(days, "f")
    return text


def _one_of(path: str, values: Sequence[str]) -> str:
    if len(values) == 1:
        return f"{path} = {quote(values[0])}"
    return f"{path} in ({', '.join(map(quote, values))})"


def _includes(path: str, values: Sequence[str]) -> str:
    return " || ".join(f"INCLUDES({path}, {quote(value)})" for value in values)


def _text_operators(words: Words) -> tuple[Operator, ...]:
    return (
        Operator("contains", words.say("contains"), "text", lambda path, values: name_contains(path, values[0])),
        Operator(
            "begins", words.say("begins with"), "text", lambda path, v: f"BEGINS(LOWER({path}), {quote(v[0].lower())})"
        ),
        Operator("is", words.say("is exactly"), "text", lambda path, values: f"{path} = {quote(values[0])}"),
        Operator("not", words.say("is not"), "text", lambda path, values: f"{path} <> {quote(values[0])}"),
    )


def _record_operators(words: Words, model: Model, field: LookupField) -> tuple[Operator, ...]:
    name = model.object(field.object).name_field
    by_name = (
        Operator("contains", words.say("contains"), "text", lambda path, v: name_contains(f"{path}.{name}", v[0])),
        Operator("is", words.say("is exactly"), "text", lambda path, values: f"{path}.{name} = {quote(values[0])}"),
    )
    if field.object != "user":
        return by_name
    return (Operator("me", words.say("is me"), "", lambda path, _: f"{path} = $User.id"), *by_name)


def _order_operators(words: Words, needs: Needs) -> tuple[Operator, ...]:
    labels = {
        "=": words.say("is"),
        ">=": words.say("is at least") if needs == "number" else words.say("is on or after"),
        "<=": words.say("is at most") if needs == "number" else words.say("is on or before"),
        ">": words.say("is more than") if needs == "number" else words.say("is after"),
        "<": words.say("is less than") if needs == "number" else words.say("is before"),
    }
    return tuple(Operator(sign, label, needs, _compare(sign)) for sign, label in labels.items())


def _compare(sign: str) -> Callable[[str, Sequence[str]], str]:
    return lambda path, values: f"{path} {sign} {values[0]}"


def _day_operators(words: Words) -> tuple[Operator, ...]:
    return (
        Operator(
            "next",
            words.say("in the next … days"),
            "days",
            lambda path, v: f"{path} between TODAY() and TODAY() + {v[0]}",
        ),
        Operator(
            "last",
            words.say("in the last … days"),
            "days",
            lambda path, v: f"{path} between TODAY() - {v[0]} and TODAY()",
        ),
    )


def _moment_operators(words: Words) -> tuple[Operator, ...]:
    return (
        Operator("last", words.say("in the last … days"), "days", lambda path, v: f"{path} >= NOW() - {v[0]}"),
        Operator("since", words.say("is on or after"), "date", lambda path, v: f"DATEVALUE({path}) >= {v[0]}"),
        Operator("until", words.say("is on or before"), "date", lambda path, v: f"DATEVALUE({path}) <= {v[0]}"),
    )
