"""How long a text may become where the database does not measure what is joined with `&`."""

from __future__ import annotations

from collections.abc import Mapping

from rule_engine import typed
from rule_engine.errors import UnsupportedOnTarget
from rule_engine.runtime.texts import MAX_TEXT_LENGTH
from rule_engine.types import Kind

# Of a field or a global; what is longer is rare, and a formula that joins many of them rarer.
_USUAL_LENGTH = 4_000
_MAX_JOINED = 64 * MAX_TEXT_LENGTH
_MAKERS = ("lpad_", "rpad_", "substitute_")


def refuse_long_texts(tree: typed.Typed, target: str) -> None:
    """Raises: UnsupportedOnTarget where a thousand texts of the greatest length could be joined, say."""
    if _longest(tree, {}) > _MAX_JOINED:
        raise UnsupportedOnTarget(target, "a formula whose text grows so long")


def _longest(node: typed.Typed, bound: Mapping[str, int]) -> int:
    """The most characters of a text anywhere below, or of the node itself."""
    match node:
        case typed.Constant(value=str() as text):
            return len(text)
        case typed.Local(name=name):
            return bound[name]
        case typed.Let(bindings=bindings, body=body):
            inside = dict(bound)
            for name, value in bindings:
                inside[name] = _longest(value, inside)
            return max(_longest(body, inside), *(inside[name] for name, _ in bindings))
    parts = [_longest(part, bound) for part in typed.children(node)]
    if isinstance(node, typed.Apply) and node.form.key.startswith(_MAKERS):
        return max(MAX_TEXT_LENGTH, *parts)
    if isinstance(node, typed.Apply) and node.type.kind is Kind.TEXT and node.form.takes_blanks:
        return sum(parts)
    return max(parts, default=_USUAL_LENGTH if node.type.kind in typed.TEXT_KINDS else 0)
