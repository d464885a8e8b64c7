"""Plain data -> canonical YAML text: one way to write anything, and reading it gives the same data.

What fits on a line of 120 columns goes in braces or brackets, mappings of mappings are always spread out. Text that other YAML
readers would take for something else is quoted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from metamodel.key_order import in_key_order
from metamodel.yaml_reader import resolve_plain

WIDTH = 120
MAX_KEY_LENGTH = 250
_MAX_DIGITS = 30
_INDENT = "  "
_UNFIT_TO_WRITE = re.compile("[\ud800-\udfff]")
_NEEDS_ESCAPE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_NEEDS_ESCAPE_IN_BLOCK = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_NOT_PLAIN = re.compile(r": | #|:\Z| \Z")
_NOT_PLAIN_IN_FLOW = re.compile(r"[,\[\]{}:]")
_WORDS_OF_OLD_YAML = frozenset(("yes", "no", "on", "off", "y", "n", "true", "false", "null"))
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}


def to_yaml(body: Mapping[str, Any], kind: str | None = None) -> str:
    """The text of a component. `kind`: its keys are put in the order of the kind's schema; without, the order given is kept.
    Raises ValueError for what YAML cannot hold (half of a surrogate pair, a number that is not finite or has over 30 digits)."""
    ordered = in_key_order(body, kind) if kind else body
    return "\n".join(_mapping_lines(ordered, 0)) + "\n" if ordered else "{}\n"


def _mapping_lines(mapping: Mapping[str, Any], depth: int) -> Iterator[str]:
    for key, value in mapping.items():
        yield from _entry(f"{_INDENT * depth}{_key(key)}:", value, depth)


def _entry(head: str, value: Any, depth: int) -> Iterator[str]:
    """`head` (a key or a dash, indented) and its value, on its line if it fits."""
    if _is_literal(value):
        yield f"{head} {_literal_header(value)}"
        yield from (f"{_INDENT * (depth + 1)}{line}" if line else "" for line in _literal_body(value))
        return
    flow = _flow(value) if _may_flow(value) else None
    if flow is not None and (len(head) + 1 + len(flow) <= WIDTH or not _is_filled(value)):
        yield f"{head} {_scalar(value, in_flow=False) if not isinstance(value, (Mapping, list, tuple)) else flow}"
    elif isinstance(value, Mapping):
        yield head
        yield from _mapping_lines(value, depth + 1)
    else:
        yield head
        yield from _list_lines(value, depth + 1)


def _list_lines(items: list[Any] | tuple[Any, ...], depth: int) -> Iterator[str]:
    for item in items:
        head = f"{_INDENT * depth}-"
        lines = list(_entry(head, item, depth))
        if _is_filled(item) and lines[0] == head:
            # the first line of a spread-out item goes beside its dash
            yield f"{head} {lines[1].lstrip(' ')}"
            yield from lines[2:]
        else:
            yield from lines


def _may_flow(value: Any) -> bool:
    """Whether it may go on one line: no mapping in a mapping, no text of many lines, not deep."""
    if isinstance(value, Mapping):
        return all(not _is_filled_mapping(item) and _may_flow(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return all(_may_flow(item) and not (_is_filled(item) and _has_collections(item)) for item in value)
    return not _is_literal(value)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key, in_flow=True)}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value, in_flow=True)


def _is_filled(value: Any) -> bool:
    return isinstance(value, (Mapping, list, tuple)) and bool(value)


def _is_filled_mapping(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value)


def _has_collections(value: Any) -> bool:
    return any(_is_filled(item) for item in (value.values() if isinstance(value, Mapping) else value))


def _key(key: str, *, in_flow: bool = False) -> str:
    if len(key) > MAX_KEY_LENGTH:
        raise ValueError(f"the key {key[:40]!r}… has {len(key)} characters, at most {MAX_KEY_LENGTH} are allowed")
    return _text(key, in_flow=in_flow)


def _scalar(value: Any, *, in_flow: bool) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return _number(value)
    return _text(value, in_flow=in_flow)


def _number(value: int | float | Decimal) -> str:
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    digits = len(number.as_tuple().digits)
    if not number.is_finite() or digits > _MAX_DIGITS or abs(number.adjusted()) >= _MAX_DIGITS:
        raise ValueError(f"{value!r:.60} is not a number of at most {_MAX_DIGITS} digits")
    return format(number + 0 if number else abs(number), "f")


def _text(text: str, *, in_flow: bool) -> str:
    if _UNFIT_TO_WRITE.search(text):
        raise ValueError(f"{text[:40]!r} has half of a surrogate pair")
    if _is_plain(text, in_flow=in_flow):
        return text
    if _NEEDS_ESCAPE.search(text) or ("'" in text and '"' not in text and "\\" not in text):
        return '"' + re.sub(r'[\\"]|' + _NEEDS_ESCAPE.pattern, _escape, text) + '"'
    return "'" + text.replace("'", "''") + "'"


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    return _ESCAPES.get(character) or (
        f"\\x{ord(character):02x}" if ord(character) < 256 else f"\\u{ord(character):04x}"
    )


def _is_plain(text: str, *, in_flow: bool) -> bool:
    first = text[:1]
    if not (first.isalpha() or first in ("_", "$")) or not text.isprintable():
        return False
    if _NOT_PLAIN.search(text) or (in_flow and _NOT_PLAIN_IN_FLOW.search(text)):
        return False
    return text.casefold() not in _WORDS_OF_OLD_YAML and isinstance(resolve_plain(text), str)


def _is_literal(value: Any) -> bool:
    """Whether it is a text of lines that can stand as they are."""
    if not isinstance(value, str) or "\n" not in value or _NEEDS_ESCAPE_IN_BLOCK.search(value):
        return False
    lines = value.split("\n")
    return bool(lines[0]) and not any(line != line.rstrip() for line in lines) and not lines[0][0].isspace()


def _literal_header(text: str) -> str:
    if not text.endswith("\n"):
        return "|-"
    return "|+" if text.endswith("\n\n") else "|"


def _literal_body(text: str) -> list[str]:
    return (text.removesuffix("\n")).split("\n")
