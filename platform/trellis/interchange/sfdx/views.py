"""List views -> the body of a view of ours, its filters as one formula."""

from __future__ import annotations

from typing import Any

from trellis.interchange.sfdx.catalog import Catalog, ObjectEntry
from trellis.interchange.sfdx.criteria import condition_of, field_of, joined
from trellis.interchange.sfdx.formulas import Unmapped
from trellis.interchange.sfdx.xml import Node


def convert_view(node: Node, entry: ObjectEntry, catalog: Catalog) -> tuple[dict[str, Any], list[str]]:
    """The body and what is missing from it. Raises Unmapped where a filter cannot be said: a list of other records would be wrong."""
    notes: list[str] = []
    columns = [entry.name_field]
    for column in node.all("columns"):
        name = field_of(column.text, entry, catalog)
        if name is None:
            notes.append(f"the column {column.text} is left out")
        else:
            columns.append(name)
    body: dict[str, Any] = {
        "label": node.value("label") or node.value("fullName"),
        "columns": list(dict.fromkeys(columns)),
    }
    condition = _filter(node, entry, catalog)
    if condition:
        body["filter"] = condition
    return body, notes


def _filter(node: Node, entry: ObjectEntry, catalog: Catalog) -> str:
    scope = node.value("filterScope", "Everything")
    if scope not in ("Everything", "Mine"):
        raise Unmapped(f"the scope {scope} has no counterpart")
    logic = node.value("booleanFilter")
    condition = joined([condition_of(part, entry, catalog) for part in node.all("filters")], logic)
    if scope == "Everything":
        return condition
    own = "owner = $User.id"
    return f"{own} && ({condition})" if logic else " && ".join(part for part in (own, condition) if part)
