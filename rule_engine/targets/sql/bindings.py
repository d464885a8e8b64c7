"""Names of LET into what they stand for: SQL has no names within an expression."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from rule_engine import typed
from rule_engine.rewriting import with_children
from rule_engine.targets.sql.growth import MAX_LEVELS, MAX_STEPS, too_large


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundValue(typed.Local):
    """A name with its value, where the value cannot simply stand in its place: it may fail, which the LET around has
    seen to, or it reads the record while the place is in a child row."""

    value: typed.Typed
    is_of_record: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Binding:
    """`size`, `depth`: of the value with everything in it written out."""

    value: typed.Typed
    can_fail: bool
    is_of_record: bool
    size: int
    depth: int


Bindings = Mapping[str, _Binding]


def with_values(tree: typed.Typed, target: str) -> typed.Typed:
    """The tree without names. A Let stays where a value of it may fail, for then all of it fails.

    Raises: UnsupportedOnTarget where names within names would grow without end.
    """
    return _Names(target).resolved(tree, {}, is_of_record=True)


class _Names:
    def __init__(self, target: str) -> None:
        self._target = target

    def resolved(self, node: typed.Typed, bindings: Bindings, *, is_of_record: bool) -> typed.Typed:
        match node:
            case typed.Local(name=name):
                return _value_of(node, bindings[name], is_of_record=is_of_record)
            case typed.Let():
                return self._let(node, bindings, is_of_record=is_of_record)
            case typed.Aggregate():
                is_of_record = False
        parts = typed.children(node)
        if not parts:
            return node
        return with_children(node, [self.resolved(part, bindings, is_of_record=is_of_record) for part in parts])

    def _let(self, node: typed.Let, around: Bindings, *, is_of_record: bool) -> typed.Typed:
        bindings = dict(around)
        failing: list[tuple[str, typed.Typed]] = []
        for name, part in node.bindings:
            size, depth = self._measured(part, bindings)
            value, can_fail = self.resolved(part, bindings, is_of_record=is_of_record), typed.can_fail(part)
            bindings[name] = _Binding(value=value, can_fail=can_fail, is_of_record=is_of_record, size=size, depth=depth)
            if can_fail:
                failing.append((name, value))
        self._measured(node.body, bindings)
        body = self.resolved(node.body, bindings, is_of_record=is_of_record)
        return replace(node, bindings=tuple(failing), body=body) if failing else body

    def _measured(self, node: typed.Typed, bindings: Bindings) -> tuple[int, int]:
        """How many nodes, and how many levels, there are when names are replaced by their values."""
        if isinstance(node, typed.Local):
            binding = bindings.get(node.name)
            return (1, 1) if binding is None else (binding.size + 1, binding.depth + 1)
        parts = [self._measured(part, bindings) for part in typed.children(node)]
        size, depth = 1 + sum(size for size, _ in parts), 1 + max((depth for _, depth in parts), default=0)
        if size > MAX_STEPS or depth > MAX_LEVELS:
            raise too_large(self._target)
        return size, depth


def _value_of(node: typed.Local, binding: _Binding, *, is_of_record: bool) -> typed.Typed:
    value = binding.value
    stands_alone = isinstance(value, typed.Constant) or binding.is_of_record is is_of_record
    if stands_alone and not binding.can_fail:
        return value if value.type == node.type else replace(value, type=node.type)
    return BoundValue(
        type=node.type,
        start=node.start,
        end=node.end,
        name=node.name,
        can_be_blank=node.can_be_blank,
        value=value,
        is_of_record=binding.is_of_record,
    )
