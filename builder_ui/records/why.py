"""Why a formula field has its value: what every part of the formula gave on this record, as a page and as a popover of the record's."""

from __future__ import annotations

from starlette.responses import Response

from builder_ui.display import EMPTY
from builder_ui.formulas.model import WhyPage
from builder_ui.formulas.parts import PartsOf
from builder_ui.objects import find_readable, object_link
from builder_ui.shell import render_page
from builder_ui.visit import Visit
from metamodel.definitions import Object
from metamodel.fields.computed import FormulaField
from trellis.errors import NotFound
from trellis.formulas.explaining import Explained
from trellis.formulas.words import say


async def why_page(visit: Visit) -> Response:
    thing = find_readable(visit, visit.part("object"))
    field = thing.fields.get(visit.part("field"))
    if not isinstance(field, FormulaField):
        raise NotFound(visit.words.say("%(label)s is not computed by a formula.", label=visit.part("field")[:60]))
    record_id = visit.part("id")
    formulas = visit.runtime.formulas(visit.tenant)
    explained = await formulas.explain_field(visit.actor, thing.name, field.name, record_id)
    row = await visit.queries.row(visit.actor, thing.name, record_id, (thing.name_field,))
    page = _build(visit, thing, field, explained, title=str(row[thing.name_field] or "").strip())
    if visit.is_partial:
        return visit.renderer.page("why_panel.html", visit.words.language, {"page": page})
    return await render_page(visit, "why.html", page, here=thing.name, object_name=thing.name)


def _build(visit: Visit, thing: Object, field: FormulaField, explained: Explained, *, title: str) -> WhyPage:
    parts = PartsOf(visit.labels, visit.formats, visit.now, thing)
    whole, failure = parts.part(explained.explanation), explained.explanation.failure
    return WhyPage(
        object=object_link(visit, thing),
        record_href=f"/app/{thing.name}/{visit.part('id')}",
        title=title or visit.words.say("(no name)"),
        field_label=visit.labels.field(thing, field),
        formula=field.formula,
        sentence=say(visit.model, thing.name, explained.checked, visit.labels),
        shown=EMPTY if failure else parts.value(field.from_formula(explained.explanation.value), thing, field),
        failure=failure.message if failure else "",
        whole=whole,
    )
