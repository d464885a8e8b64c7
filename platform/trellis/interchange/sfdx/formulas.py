"""Salesforce formulas in our names. The text stays as it is but for the names of fields."""

from __future__ import annotations

import re

from rule_engine import SourceError, parse_formula
from rule_engine.syntax import BooleanLiteral, Expression, Name, NumberLiteral, TextLiteral, walk
from trellis.interchange.sfdx.catalog import Catalog

_NAME = re.compile(r"[A-Za-z$][\w$:.#]*")


class Unmapped(Exception):
    """Says in a sentence what of a formula has no counterpart."""


def rewrite_formula(source: str, object_api: str, catalog: Catalog) -> str:
    """Raises Unmapped for a formula that does not parse or that names what is not mapped."""
    tree = _parse(source)
    result, end = [], 0
    for node in sorted((node for node in walk(tree) if isinstance(node, Name)), key=lambda node: node.start):
        if node.path[0].startswith("$"):
            continue
        ours = catalog.path(object_api, node.path)
        if ours is None:
            raise Unmapped(f"the formula uses {'.'.join(node.path)}, which is not mapped")
        written = source[node.start : node.end]
        result += [source[end : node.start], _NAME.sub(ours, written, count=1)]
        end = node.end
    return "".join([*result, source[end:]]).strip()


def literal_of(source: str) -> object | None:
    """The JSON value of a formula that is a single literal, None for any other."""
    match _parse(source):
        case NumberLiteral(value=value):
            return int(value) if value == value.to_integral_value() else float(value)
        case TextLiteral(value=value) | BooleanLiteral(value=value):
            return value
    return None


def _parse(source: str) -> Expression:
    try:
        return parse_formula(source)
    except SourceError as error:
        first = error.diagnostics[0]
        raise Unmapped(
            f"the formula does not parse: {first.message} (line {first.line}, column {first.column})"
        ) from error
