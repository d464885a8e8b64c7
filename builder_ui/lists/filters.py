"""The filter bar: chips for the conditions in force, the form that adds one, and its answers."""

from __future__ import annotations

from starlette.responses import Response

from builder_ui.formulas.editor import Editor
from builder_ui.lists.address import ListAddress, read_address
from builder_ui.lists.conditions import BadValue, Operator, filterable_fields, operators_for, write_condition
from builder_ui.lists.formulas import join_filters, split_filter, without
from builder_ui.lists.model import Adder, Chip, Choice, Condition, FilterBar
from builder_ui.objects import find_readable
from builder_ui.visit import Visit, to
from metamodel.definitions import Object
from metamodel.fields.choice import PicklistField
from metamodel.fields.field import Field
from metamodel.fields.number import NumberField
from metamodel.fields.time import DateField
from metamodel.record_types import RECORD_TYPE
from trellis.formulas.words import say
from trellis.query.filters import prepared_filter


def build_filter_bar(visit: Visit, address: ListAddress, error: str | None) -> FilterBar:
    parts = split_filter(address.filter_text)
    chips = tuple(
        Chip(text=part, remove_href=address.filtered(without(parts, index)).href) for index, part in enumerate(parts)
    )
    return FilterBar(
        chips=chips,
        text=address.filter_text,
        example=_example(address.object),
        adder=_adder(visit, address),
        editor=Editor(service=f"/app/{address.object.name}/formula", returns="checkbox", is_filter=True),
        error=error,
        sentence="" if error else _sentence(visit, address),
    )


def _sentence(visit: Visit, address: ListAddress) -> str:
    """What the filter says, for people; "" without one."""
    text = address.filter_text.strip()
    if not text:
        return ""
    thing = address.object
    checked = prepared_filter(visit.compiled, thing.name, text)
    said = say(visit.model, thing.name, checked, visit.labels)
    return visit.words.say(
        "Showing %(plural)s where %(sentence)s", plural=visit.labels.plural(thing).lower(), sentence=said
    )


def _adder(visit: Visit, address: ListAddress) -> Adder:
    thing = address.object
    fields = filterable_fields(thing)
    picked = thing.fields.get(visit.asked("field"))
    current = picked if picked in fields else fields[0]
    return Adder(
        action=f"/app/{thing.name}/filter",
        list_href=f"/app/{thing.name}",
        condition_href=f"/app/{thing.name}/filter/condition",
        kept=address.parameters,
        fields=tuple(
            Choice(value=field.name, label=visit.labels.field(thing, field), is_on=field is current) for field in fields
        ),
        condition=_condition(visit, thing, current),
        is_open=bool(visit.asked("pick")),
    )


def _condition(visit: Visit, thing: Object, field: Field) -> Condition:
    operators = operators_for(visit.words, visit.model, field)
    choices = tuple(Choice(value=one.code, label=one.label) for one in operators)
    needs = {one.needs for one in operators}
    if isinstance(field, PicklistField) and "values" in needs:
        # Records keep a type that is out of use, and one looks for them.
        offered = field.values if field.name == RECORD_TYPE else field.active_values
        values = tuple(
            Choice(value=value.name, label=visit.labels.value(thing, field, value.name)) for value in offered
        )
        return Condition(operators=choices, values=values)
    if not needs - {""}:
        return Condition(operators=choices)
    # one input serves all operators of a field: a date field's "days" are typed into a text input
    kind = "date" if needs <= {"", "date"} else "text"
    return Condition(operators=choices, input=kind)


async def show_condition(visit: Visit) -> Response:
    """For htmx: the condition's half of the form, for the field that was chosen."""
    thing = find_readable(visit, visit.part("object"))
    field = thing.fields.get(visit.asked("field")) or filterable_fields(thing)[0]
    page = _condition(visit, thing, field)
    return visit.renderer.page("filter_condition.html", visit.words.language, {"page": page})


async def add_filter(visit: Visit) -> Response:
    """Writes the condition and goes to the list with it. Without JavaScript one first picks the field, then the rest."""
    thing = find_readable(visit, visit.part("object"))
    address = read_address(visit, thing)
    field = thing.fields.get(visit.asked("field"))
    if field is None or visit.asked("pick"):
        return to(f"{address.href}&pick=1&field={field.name if field else ''}")
    operator = _operator(visit, field)
    try:
        condition = write_condition(operator, field, visit.request.query_params.getlist("value"))
    except BadValue:
        return to(f"{address.href}&pick=1&field={field.name}")
    return to(address.filtered(join_filters([*split_filter(address.filter_text), condition])).href)


def _operator(visit: Visit, field: Field) -> Operator:
    operators = operators_for(visit.words, visit.model, field)
    return next((one for one in operators if one.code == visit.asked("operator")), operators[0])


def _example(thing: Object) -> str:
    """A condition over the object's own fields."""
    for field in thing.fields.values():
        if isinstance(field, PicklistField) and field.active_values:
            return f'{field.name} = "{field.active_values[0].name}"'
        if isinstance(field, NumberField) and not field.is_system:
            return f"{field.name} >= 100"
        if isinstance(field, DateField):
            return f"{field.name} <= TODAY() + 7"
    return "created_at >= NOW() - 7"
