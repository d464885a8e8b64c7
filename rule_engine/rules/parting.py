"""A condition over records of an object that also reads the record that a rule is about -> the condition with a place for each value of
that record, and the formulas of those values. Pure.

So the database decides for many records of the rule at once, and what only the rule's own record knows never reaches it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from rule_engine import typed
from rule_engine.checker import CheckedFormula
from rule_engine.rewriting import with_children
from rule_engine.types import Kind, Path

PART_PREFIX = "record."
GIVEN_PREFIX = "given."
_OF_SAVE = ("is_new", "is_clone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """`condition`: reads the other object's records only, and of the context what `parts` names, such as "record.p0"."""

    condition: CheckedFormula
    parts: tuple[tuple[str, CheckedFormula], ...]


def part_condition(condition: CheckedFormula, other: str) -> Parted:
    """`other`: the object whose fields have its name in front: ("case", "status")."""
    parting = _Parting(condition, other)
    tree = parting.parted(condition.tree)
    remaining = replace(
        condition,
        tree=tree,
        references=tuple(one for one in condition.references if parting.is_other(one.path)),
        collections=tuple(one for one in condition.collections if parting.is_other(one.rows.path)),
    )
    return Parted(condition=remaining, parts=tuple(parting.parts))


def with_given(condition: CheckedFormula, parameters: Collection[str]) -> CheckedFormula:
    """The condition with its parameters read from the context, "given.reason"."""

    def replaced(node: typed.Typed) -> typed.Typed:
        if isinstance(node, typed.Read) and len(node.reference.path) == 1 and node.reference.path[0] in parameters:
            name = f"{GIVEN_PREFIX}{node.reference.path[0]}"
            return typed.ContextRead(type=node.type, start=node.start, end=node.end, name=name)
        parts = () if isinstance(node, typed.Aggregate) else typed.children(node)
        return with_children(node, [replaced(part) for part in parts]) if parts else node

    kept = tuple(one for one in condition.references if len(one.path) > 1 or one.path[0] not in parameters)
    return replace(condition, tree=replaced(condition.tree), references=kept)


class _Parting:
    def __init__(self, condition: CheckedFormula, other: str) -> None:
        self._condition = condition
        self._other = other
        self.parts: list[tuple[str, CheckedFormula]] = []

    def is_other(self, path: Path) -> bool:
        """The object's name alone may be a field of the record."""
        return len(path) > 1 and path[0] == self._other

    def parted(self, node: typed.Typed) -> typed.Typed:
        """The largest parts that read the record and nothing of the other object are values."""
        if self._reads_record(node) and self._can_stand_alone(node):
            return self._value(node)
        parts = () if isinstance(node, typed.Aggregate) else typed.children(node)
        return with_children(node, [self.parted(part) for part in parts]) if parts else node

    def _value(self, node: typed.Typed) -> typed.Typed:
        name = f"{PART_PREFIX}p{len(self.parts)}"
        whole = self._condition
        part = replace(
            whole,
            tree=node,
            type=node.type,
            references=tuple(one for one in whole.references if not self.is_other(one.path)),
            collections=tuple(one for one in whole.collections if not self.is_other(one.rows.path)),
        )
        self.parts.append((name, part))
        return typed.ContextRead(type=node.type, start=node.start, end=node.end, name=name)

    def _reads_record(self, node: typed.Typed) -> bool:
        """Below an aggregate names are those of the rows."""
        match node:
            case typed.Read(reference=reference):
                return not self.is_other(reference.path)
            case typed.Aggregate(rows=rows):
                return not self.is_other(rows.path)
            case typed.ContextRead(name=name):
                return name in _OF_SAVE
        return any(self._reads_record(part) for part in typed.children(node))

    def _can_stand_alone(self, node: typed.Typed, bound: frozenset[str] = frozenset()) -> bool:
        """Reads nothing of the other object and no name from outside, and gives one value that a parameter can carry."""
        return node.type.kind not in (Kind.NULL, Kind.LIST, Kind.GEOLOCATION, Kind.MULTI_PICKLIST) and self._is_apart(
            node, bound
        )

    def _is_apart(self, node: typed.Typed, bound: frozenset[str]) -> bool:
        match node:
            case typed.Read(reference=reference):
                return not self.is_other(reference.path)
            case typed.Aggregate(rows=rows):
                return not self.is_other(rows.path)
            case typed.Local(name=name):
                return name in bound
            case typed.Let(bindings=bindings):
                bound |= {name for name, _ in bindings}
        return all(self._is_apart(part, bound) for part in typed.children(node))
