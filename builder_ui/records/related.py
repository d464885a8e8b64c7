"""A record's related lists: the children that point to it, the newest first, and how to add one."""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

from builder_ui.columns import fetch_paths, resolve_columns
from builder_ui.display import is_number
from builder_ui.lists.formulas import quote
from builder_ui.lists.model import Head
from builder_ui.lists.rows import build_row
from builder_ui.objects import object_link
from builder_ui.records.model import Related
from builder_ui.visit import Visit
from metamodel.definitions import Layout, Object, RelatedList, Sort
from trellis.query.query import Query

SHOWN = 5
DEFAULT_COLUMNS = 4


async def build_related(visit: Visit, thing: Object, layout: Layout, record_id: str) -> tuple[Related, ...]:
    lists = [one for one in layout.related if visit.may("read", one.object)]
    return tuple(await asyncio.gather(*(_build(visit, thing, layout, one, record_id) for one in lists)))


async def _build(visit: Visit, thing: Object, layout: Layout, listed: RelatedList, record_id: str) -> Related:
    child = visit.model.object(listed.object)
    link = object_link(visit, child)
    paths = listed.columns or visit.model.views_for(child.name)[0].columns[:DEFAULT_COLUMNS]
    columns = resolve_columns(visit.labels, child, [path for path in paths if path != listed.field])
    query = Query(
        object=child.name,
        fields=fetch_paths(columns, "id", child.name_field),
        equals=((listed.field, record_id),),
        sort=(Sort(field="created_at", descending=True),),
        limit=SHOWN,
        count=True,
    )
    found = await visit.queries.row_page(visit.actor, query)
    here = f"/app/{thing.name}/{record_id}"
    total = visit.formats.number(found.total or 0) + ("" if found.total_is_exact else "+")
    new_href = (
        f"{link.new_href}?" + urlencode({f"f.{listed.field}": record_id, "back": here}) if link.new_href else None
    )
    all_href = f"{link.href}?" + urlencode({"filter": f"{listed.field} = {quote(record_id)}"})
    return Related(
        id=f"{child.name}-{listed.field}",
        label=visit.labels.related(layout, listed),
        object=link,
        columns=tuple(Head(label=column.label, is_number=is_number(column.field)) for column in columns),
        rows=tuple(build_row(visit, child, columns, row) for row in found.rows),
        count=total if found.total else "",
        new_href=new_href,
        all_href=all_href if found.next_cursor else None,
        empty_text=visit.words.say("No %(plural)s yet.", plural=visit.labels.related(layout, listed).lower()),
    )
