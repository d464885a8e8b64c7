"""Typed trees into other typed trees: a node with other parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rule_engine import typed
from rule_engine.typed import Typed


def with_children(node: Typed, parts: Sequence[Typed]) -> Typed:
    """The node with these parts in place of `typed.children(node)`, in that order."""
    match node:
        case typed.Apply():
            return replace(node, arguments=tuple(parts))
        case typed.All() | typed.AnyOf():
            return replace(node, operands=tuple(parts))
        case typed.Not() | typed.IsBlank():
            return replace(node, operand=parts[0])
        case typed.Fallback() | typed.Recover():
            return replace(node, operand=parts[0], fallback=parts[1])
        case typed.Conditional():
            return replace(node, branches=_pairs(parts[:-1]), otherwise=parts[-1])
        case typed.Case():
            return replace(node, subject=parts[0], branches=_pairs(parts[1:-1]), otherwise=parts[-1])
        case typed.Equal() | typed.Order():
            return replace(node, left=parts[0], right=parts[1])
        case typed.OneOf() | typed.Holds():
            return replace(node, subject=parts[0], values=tuple(parts[1:]))
        case typed.Let(bindings=bindings):
            names = (name for name, _ in bindings)
            return replace(node, bindings=tuple(zip(names, parts[:-1], strict=True)), body=parts[-1])
        case typed.Aggregate(value=value, condition=condition):
            rest = iter(parts)
            return replace(
                node,
                value=None if value is None else next(rest),
                condition=None if condition is None else next(rest),
            )
        case typed.FindValue():
            return replace(node, key=parts[0])
    return node


def _pairs(parts: Sequence[Typed]) -> tuple[tuple[Typed, Typed], ...]:
    return tuple(zip(parts[::2], parts[1::2], strict=True))
