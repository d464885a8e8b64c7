"""Page layouts and compact layouts -> the body of a layout of ours."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from trellis.interchange.sfdx.catalog import Catalog, ObjectEntry
from trellis.interchange.sfdx.xml import Node

MAX_HEADER = 6
_STANDARD_LISTS = {
    "RelatedContactList": ("Contact", "AccountId"),
    "RelatedOpportunityList": ("Opportunity", "AccountId"),
    "RelatedCaseList": ("Case", "AccountId"),
}


def convert_layout(node: Node, entry: ObjectEntry, catalog: Catalog, label: str) -> tuple[dict[str, Any], list[str]]:
    """The body and what is missing from it."""
    notes: list[str] = []
    sections = [section for part in node.all("layoutSections") if (section := _section(part, entry, catalog, notes))]
    body: dict[str, Any] = {"label": label, "sections": sections}
    related = [found for part in node.all("relatedLists") if (found := _related(part, catalog, notes))]
    if related:
        body["related"] = related
    return body, notes


def header_of(node: Node, entry: ObjectEntry, catalog: Catalog) -> list[str]:
    """The fields of a compact layout that stand beside a record's title."""
    names = [catalog.path(entry.api, (field.text,)) for field in node.all("fields")]
    return [name for name in names if name and name != entry.name_field][:MAX_HEADER]


def _section(node: Node, entry: ObjectEntry, catalog: Catalog, notes: list[str]) -> dict[str, Any] | None:
    columns = [list(_fields(column, entry, catalog, notes)) for column in node.all("layoutColumns")]
    in_rows = [name for row in zip_longest(*columns) for name in row if name is not None]
    fields = list(dict.fromkeys(in_rows))
    if not fields:
        return None
    return {"label": node.value("label") or "Information", "columns": min(2, max(1, len(columns))), "fields": fields}


def _fields(column: Node, entry: ObjectEntry, catalog: Catalog, notes: list[str]) -> Iterator[str]:
    for item in column.all("layoutItems"):
        api = item.value("field")
        if not api:
            if item.first("emptySpace") is None and item.children:
                notes.append("a part that is no field is left out")
            continue
        name = catalog.path(entry.api, (api,))
        if name is None:
            notes.append(f"{api} is not mapped")
        else:
            yield name


def _related(node: Node, catalog: Catalog, notes: list[str]) -> dict[str, Any] | None:
    wanted = node.value("relatedList")
    child_api, _, lookup_api = wanted.partition(".")
    if wanted in _STANDARD_LISTS:
        child_api, lookup_api = _STANDARD_LISTS[wanted]
    child = catalog.find(child_api) if lookup_api else None
    lookup = child.fields.get(lookup_api.lower()) if child is not None else None
    if child is None or lookup is None:
        notes.append(f"the related list {wanted} is left out")
        return None
    columns = [child.name_field]
    columns += [name for field in node.all("fields") if (name := catalog.path(child.api, (field.text,)))]
    label = child.body["plural_label"] if child.body else child.api
    return {"object": child.name, "field": lookup.name, "label": label, "columns": list(dict.fromkeys(columns))}
