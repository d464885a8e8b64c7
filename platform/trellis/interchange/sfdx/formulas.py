"""Salesforce formulas in our names. The text stays as it is but for the names of fields."""

from __future__ import annotations

import re
from functools import partial

from rule_engine import SourceError, parse_formula
from rule_engine.syntax import BooleanLiteral, Expression, Name, NumberLiteral, TextLiteral, walk
from trellis.interchange.sfdx.catalog import Catalog

_WORDS = {"developername": 0, "name": 1}
"""What formulas ask of a record type, and where the catalog has it."""
_NAME = re.compile(r"[A-Za-z$][\w$:.#]*")


class Unmapped(Exception):
    """Says in a sentence what of a formula has no counterpart."""


def rewrite_formula(source: str, object_api: str, catalog: Catalog) -> str:
    """Raises Unmapped for a formula that does not parse or that names what is not mapped."""
    tree = _parse(source)
    result, end = [], 0
    for node in sorted((node for node in walk(tree) if isinstance(node, Name)), key=lambda node: node.start):
        ours = _record_type(node.path, object_api, catalog)
        if ours is None and node.path[0].startswith("$"):
            continue
        ours = ours or catalog.path(object_api, node.path)
        if ours is None:
            raise Unmapped(f"the formula uses {'.'.join(node.path)}, which is not mapped")
        written = source[node.start : node.end]
        result += [source[end : node.start], _NAME.sub(partial(_instead, ours), written, count=1)]
        end = node.end
    return "".join([*result, source[end:]]).strip()


def _instead(text: str, _found: re.Match[str]) -> str:
    return text


def _record_type(path: tuple[str, ...], object_api: str, catalog: Catalog) -> str | None:
    """RecordType.DeveloperName and RecordType.Name, also across lookups: texts, which ours are not. None for any other name."""
    if len(path) < 2:
        return None
    *before, record_type, word = path
    if record_type.lower().removeprefix("$") != "recordtype" or word.lower() not in _WORDS:
        return None
    found = catalog.lookups(object_api, tuple(before))
    if found is None or not found[1].type_words:
        return None
    prefix, entry = found
    place = _WORDS[word.lower()]
    pairs = [f'"{name}", "{_escaped(words[place])}"' for name, words in entry.type_words.items()]
    return f'CASE({prefix}record_type, {", ".join(pairs)}, "")'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


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
