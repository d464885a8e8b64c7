"""List views -> the body of a view of ours, its filters as one formula."""

from __future__ import annotations

from typing import Any

from trellis.interchange.sfdx.catalog import Catalog, ObjectEntry
from trellis.interchange.sfdx.formulas import Unmapped
from trellis.interchange.sfdx.names import snake
from trellis.interchange.sfdx.xml import Node

_TOKENS = {
    "NAME": "Name",
    "FULL_NAME": "Name",
    "CREATED_DATE": "CreatedDate",
    "LAST_UPDATE": "LastModifiedDate",
}
_COMPARISONS = {
    "lessThan": "<",
    "greaterThan": ">",
    "lessOrEqual": "<=",
    "greaterOrEqual": ">=",
}


def convert_view(node: Node, entry: ObjectEntry, catalog: Catalog) -> tuple[dict[str, Any], list[str]]:
    """The body and what is missing from it. Raises Unmapped where a filter cannot be said: a list of other records would be wrong."""
    notes: list[str] = []
    columns = [entry.name_field]
    for column in node.all("columns"):
        name = _field(column.text, entry, catalog)
        if name is None:
            notes.append(f"the column {column.text} is left out")
        else:
            columns.append(name)
    body: dict[str, Any] = {
        "label": node.value("label") or node.value("fullName"),
        "columns": list(dict.fromkeys(columns)),
    }
    conditions = _conditions(node, entry, catalog)
    if conditions:
        body["filter"] = " && ".join(conditions)
    return body, notes


def _conditions(node: Node, entry: ObjectEntry, catalog: Catalog) -> list[str]:
    if node.value("booleanFilter"):
        raise Unmapped("filters joined by a logic of their own have no counterpart in this version")
    scope = node.value("filterScope", "Everything")
    if scope not in ("Everything", "Mine"):
        raise Unmapped(f"the scope {scope} has no counterpart")
    conditions = ["owner = $User.id"] if scope == "Mine" else []
    for part in node.all("filters"):
        name = _field(part.value("field"), entry, catalog)
        if name is None:
            raise Unmapped(f"it filters on {part.value('field')}, which is not mapped")
        conditions.append(_condition(name, part.value("operation"), part.value("value"), _type(entry, name)))
    return conditions


def _field(token: str, entry: ObjectEntry, catalog: Catalog) -> str | None:
    last = token.rpartition(".")[2]
    if token.upper() in ("OWNER.ALIAS", "CORE.USERS.ALIAS", "OWNER_NAME", "CORE.USERS.FULL_NAME"):
        return "owner.name"
    if token.upper() == "ACCOUNT.NAME" and "accountid" in entry.fields:
        return "account.name"
    known = catalog.path(entry.api, (_TOKENS.get(last.upper(), token),))
    if known is not None:
        return known
    wanted = snake(last)
    return next((field.name for field in entry.fields.values() if field.name == wanted), None)


def _type(entry: ObjectEntry, name: str) -> str:
    found = next((field for field in entry.fields.values() if field.name == name), None)
    return str(found.body["type"]) if found is not None and found.body is not None else "text"


def _condition(name: str, operation: str, value: str, kind: str) -> str:
    if kind == "checkbox":
        wanted = value in ("1", "true", "True") if operation == "equals" else value in ("0", "false", "False")
        return name if wanted else f"!{name}"
    if not value and operation in ("equals", "notEqual"):
        return f"{'' if operation == 'equals' else '!'}ISBLANK({name})"
    literals = [_literal(part.strip(), kind) for part in value.split(",")]
    if kind == "multi_picklist" and operation in ("includes", "excludes"):
        tests = " || ".join(f"INCLUDES({name}, {literal})" for literal in literals)
        return f"({tests})" if operation == "includes" else f"!({tests})"
    if operation in ("equals", "notEqual"):
        one = f"{name} {'=' if operation == 'equals' else '<>'} {literals[0]}"
        many = f"{name} in ({', '.join(literals)})"
        return one if len(literals) == 1 else many if operation == "equals" else f"!({many})"
    if operation in _COMPARISONS:
        return f"{name} {_COMPARISONS[operation]} {literals[0]}"
    functions = {"contains": "CONTAINS", "notContain": "!CONTAINS", "startsWith": "BEGINS"}
    if operation not in functions or kind not in ("text", "text_area", "long_text", "email", "phone", "url"):
        raise Unmapped(f"the filter {operation} on {name} has no counterpart")
    return f"{functions[operation]}({name}, {literals[0]})"


def _literal(value: str, kind: str) -> str:
    if kind in ("number", "currency", "percent"):
        number = value.replace(",", "").rstrip("%")
        if not number.replace(".", "", 1).removeprefix("-").isdigit():
            raise Unmapped(f"{value!r} is not a number")
        return number
    if kind in ("date", "datetime"):
        if value.upper() == "TODAY":
            return "TODAY()"
        raise Unmapped(f"the relative date {value} has no counterpart in this version")
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
