"""Criteria of list views and sharing rules -> conditions in our formulas."""

from __future__ import annotations

import re
from collections.abc import Sequence

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
_LOGIC = re.compile(r"\s*(\d+|AND|OR|NOT|[()])", re.IGNORECASE)
_OPERATORS = {"AND": " && ", "OR": " || ", "NOT": "!"}


def condition_of(part: Node, entry: ObjectEntry, catalog: Catalog) -> str:
    """One of the criteria. Raises Unmapped."""
    name = field_of(part.value("field"), entry, catalog)
    if name is None:
        raise Unmapped(f"it filters on {part.value('field')}, which is not mapped")
    return _condition(name, part.value("operation"), part.value("value"), _type(entry, name))


def joined(conditions: Sequence[str], logic: str) -> str:
    """`logic`: how their numbers are joined, such as "(1 AND 2) OR 3"; "" for all of them. Raises Unmapped."""
    if not logic:
        return " && ".join(conditions)
    text, end = "", 0
    for found in _LOGIC.finditer(logic):
        token = found.group(1).upper()
        if found.start() != end or (token.isdigit() and not 0 < int(token) <= len(conditions)):
            raise Unmapped(f"the logic {logic} cannot be read")
        text += f"({conditions[int(token) - 1]})" if token.isdigit() else _OPERATORS.get(token, token)
        end = found.end()
    if logic[end:].strip():
        raise Unmapped(f"the logic {logic} cannot be read")
    return text


def field_of(token: str, entry: ObjectEntry, catalog: Catalog) -> str | None:
    """Our name of what a list or a criterion calls a field."""
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
