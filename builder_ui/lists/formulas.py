"""Filters as text: writing values into the formula language, and cutting a filter into the parts that `&&` joins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rule_engine import parse_formula
from rule_engine.errors import SourceError
from rule_engine.syntax import Chain


def quote(text: str) -> str:
    """A text literal of the formula language; it has no line breaks, so they become blanks."""
    escaped = " ".join(text.split("\n")).replace("\r", " ").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def name_contains(path: str, text: str) -> str:
    """In any letter case."""
    return f"CONTAINS(LOWER({path}), {quote(text.lower())})"


def split_filter(source: str) -> tuple[str, ...]:
    """The conditions that all must hold, as they are written; the whole text when it is one condition, or cannot be read."""
    source = source.strip()
    if not source:
        return ()
    try:
        tree = parse_formula(source)
    except SourceError:
        return (source,)
    if isinstance(tree, Chain) and tree.operator == "&&":
        return tuple(source[part.start : part.end].strip() for part in tree.operands)
    return (source,)


def join_filters(parts: Iterable[str]) -> str:
    """One filter that holds when all of them do; an "or" is put into brackets."""
    texts = [part.strip() for part in parts if part.strip()]
    return texts[0] if len(texts) == 1 else " && ".join(_bracketed(text) for text in texts)


def without(parts: Sequence[str], index: int) -> str:
    return join_filters([part for place, part in enumerate(parts) if place != index])


def _bracketed(text: str) -> str:
    try:
        tree = parse_formula(text)
    except SourceError:
        return text
    if (
        isinstance(tree, Chain)
        and tree.operator == "||"
        and not (text.startswith("(") and tree.start == 0 and tree.end == len(text))
    ):
        return f"({text})"
    return text
