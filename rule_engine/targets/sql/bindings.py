"""Names of LET into what they stand for: SQL has no names within an expression."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from rule_engine import typed
from rule_engine.rewriting import with_children


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundValue(typed.Local):
    """A name with its value, where the value cannot simply stand in its place: it may fail, which the LET around has
    seen to, or it reads the record while the place is in a child row."""

    value: typed.Typed
    is_of_record: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Binding:
    value: typed.Typed
    is_of_record: bool


def with_values(tree: typed.Typed) -> typed.Typed:
    """The tree without names. A Let stays where a value of it may fail, for then all of it fails."""
    return _resolved(tree, {}, is_of_record=True)


def _resolved(node: typed.Typed, bindings: Mapping[str, _Binding], *, is_of_record: bool) -> typed.Typed:
    match node:
        case typed.Local(name=name):
            return _value_of(node, bindings[name], is_of_record=is_of_record)
        case typed.Let():
            return _let(node, bindings, is_of_record=is_of_record)
        case typed.Aggregate():
            is_of_record = False
    parts = typed.children(node)
    if not parts:
        return node
    return with_children(node, [_resolved(part, bindings, is_of_record=is_of_record) for part in parts])


def _let(node: typed.Let, around: Mapping[str, _Binding], *, is_of_record: bool) -> typed.Typed:
    bindings = dict(around)
    failing: list[tuple[str, typed.Typed]] = []
    for name, part in node.bindings:
        value = _resolved(part, bindings, is_of_record=is_of_record)
        bindings[name] = _Binding(value=value, is_of_record=is_of_record)
        if typed.can_fail(value):
            failing.append((name, value))
    body = _resolved(node.body, bindings, is_of_record=is_of_record)
    return replace(node, bindings=tuple(failing), body=body) if failing else body


def _value_of(node: typed.Local, binding: _Binding, *, is_of_record: bool) -> typed.Typed:
    value = binding.value
    stands_alone = isinstance(value, typed.Constant) or binding.is_of_record is is_of_record
    if stands_alone and not typed.can_fail(value):
        return replace(value, type=node.type)
    return BoundValue(
        type=node.type,
        start=node.start,
        end=node.end,
        name=node.name,
        can_be_blank=node.can_be_blank,
        value=value,
        is_of_record=binding.is_of_record,
    )
