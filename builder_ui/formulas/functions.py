"""The list of functions beside an editor: in groups, searchable, in the reader's language."""

from __future__ import annotations

from starlette.responses import Response

from builder_ui.formulas.asked import Place
from builder_ui.formulas.model import FunctionGroup, FunctionsPage, ListedFunction
from builder_ui.shell import render_page
from builder_ui.translation import Words
from trellis.formulas.functions import list_functions


async def show_functions(place: Place) -> Response:
    """A part of the page for htmx, a page of its own without JavaScript."""
    visit = place.visit
    page = build_functions(visit.words)
    if visit.is_partial:
        return visit.renderer.page("formula_functions.html", visit.words.language, {"page": page})
    return await render_page(visit, "functions.html", page, object_name=place.object.name)


def build_functions(words: Words) -> FunctionsPage:
    labels = {
        "logic": words.say("Conditions and blanks"),
        "numbers": words.say("Numbers"),
        "text": words.say("Text"),
        "dates": words.say("Dates, times and places"),
        "records": words.say("Records and lists"),
    }
    listed = list_functions(words.language)
    return FunctionsPage(
        groups=tuple(
            FunctionGroup(
                label=label,
                functions=tuple(
                    ListedFunction(
                        name=one.name,
                        signature=one.signature,
                        summary=one.summary,
                        example=one.example[0] if one.example else "",
                        result=one.example[1] if one.example else "",
                    )
                    for one in listed
                    if one.group == group
                ),
            )
            for group, label in labels.items()
            if any(one.group == group for one in listed)
        )
    )
