"""The choice of a record to try a formula on; the one changed last to begin with."""

from __future__ import annotations

from builder_ui.forms.model import Widget
from builder_ui.formulas.answers import SAMPLE, SAMPLE_ID
from builder_ui.objects import object_link
from builder_ui.visit import Visit
from metamodel.definitions import Object, Sort
from trellis.query.query import Query


async def sample_widget(visit: Visit, thing: Object, service: str) -> Widget | None:
    """None for an object without records."""
    query = Query(
        object=thing.name,
        fields=("id", thing.name_field),
        sort=(Sort(field="updated_at", descending=True),),
        limit=1,
    )
    rows = await visit.queries.rows(visit.actor, query)
    if not rows:
        return None
    return Widget(
        kind="lookup",
        id=SAMPLE_ID,
        name=SAMPLE,
        label=visit.words.say("Try it on"),
        text=str(rows[0][thing.name_field] or "").strip() or visit.words.say("(no name)"),
        chosen=str(rows[0]["id"]),
        search_href=f"{service}/records",
        target=object_link(visit, thing),
    )
