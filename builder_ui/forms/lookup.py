"""Look-ups that search as one types: the options, with what was typed marked in them."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup, escape
from starlette.responses import Response

from builder_ui.forms.reading import find_by_name
from builder_ui.forms.typed import PREFIX
from builder_ui.lists.formulas import name_contains
from builder_ui.objects import ObjectLink, find_readable, object_link
from builder_ui.visit import Visit
from metamodel.definitions import Object
from metamodel.fields.reference import LookupField
from trellis.errors import NotFound

LONGEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    value: str
    label: str
    marked: Markup
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupOptions:
    list_id: str
    target: ObjectLink
    options: tuple[Option, ...]
    nothing: str


async def lookup_options(visit: Visit) -> Response:
    thing = find_readable(visit, visit.part("object"))
    field = thing.fields.get(visit.part("field"))
    if not isinstance(field, LookupField):
        raise NotFound(f"{thing.name} has no look-up {visit.part('field')!r}.")
    target = visit.model.object(field.object)
    return await options_page(
        visit, target, list_id=f"f-{field.name}-l", text=visit.asked(f"{PREFIX}{field.name}.text")
    )


async def options_page(visit: Visit, target: Object, *, list_id: str, text: str) -> Response:
    """The records of `target` whose name contains `text`, for the list of that id."""
    text = text.strip()[:LONGEST]
    found = await find_by_name(visit, target, name_contains(target.name_field, text) if text else None)
    page = LookupOptions(
        list_id=list_id,
        target=object_link(visit, target),
        options=tuple(
            Option(value=one.value, label=one.label, marked=_marked(one.label, text), hint=one.hint) for one in found
        ),
        nothing=visit.words.say("Nothing is named “%(text)s”", text=text)
        if text
        else visit.words.say("There are no records yet."),
    )
    return visit.renderer.page("lookup_options.html", visit.words.language, {"page": page})


def _marked(label: str, text: str) -> Markup:
    at = label.lower().find(text.lower()) if text else -1
    if at < 0:
        return escape(label)
    end = at + len(text)
    return Markup("{}<mark>{}</mark>{}").format(label[:at], label[at:end], label[end:])
