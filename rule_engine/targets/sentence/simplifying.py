"""Says the same with nodes that read better: choices between true and false as conditions, two bounds as a range,
several equalities as one list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rule_engine import typed
from rule_engine.identity import identity_of
from rule_engine.types import Kind

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True, kw_only=True)
class Within(typed.Typed):
    """`subject` from `low` to `high`, both included. For sentences only."""

    subject: typed.Typed
    low: typed.Typed
    high: typed.Typed


def simplified(node: typed.Typed) -> typed.Typed:
    """A node that holds for the same records."""
    match node:
        case typed.Conditional(branches=((condition, value),), otherwise=otherwise) if node.type.kind is Kind.BOOLEAN:
            return _choice(node, condition, value, otherwise)
        case typed.Equal(left=typed.Constant(), right=right) if not isinstance(right, typed.Constant):
            return typed.Equal(
                type=node.type, start=node.start, end=node.end, left=right, right=node.left, is_negated=node.is_negated
            )
        case typed.Order(left=typed.Constant(), right=right) if not isinstance(right, typed.Constant):
            sign = _MIRRORED[node.operator]
            return typed.Order(
                type=node.type, start=node.start, end=node.end, operator=sign, left=right, right=node.left
            )
        case typed.All(operands=operands):
            parts = tuple(_ranges(list(_flat(operands, typed.All))))
            return parts[0] if _is_range(parts) else _all(node, *parts)
        case typed.AnyOf(operands=operands):
            parts = tuple(_flat(operands, typed.AnyOf))
            return _listed(node, parts) or _any(node, *parts)
    return node


def _all(node: typed.Typed, *operands: typed.Typed) -> typed.All:
    return typed.All(type=node.type, start=node.start, end=node.end, operands=operands)


def _any(node: typed.Typed, *operands: typed.Typed) -> typed.AnyOf:
    return typed.AnyOf(type=node.type, start=node.start, end=node.end, operands=operands)


def _is_range(parts: Sequence[typed.Typed]) -> bool:
    return len(parts) == 1 and isinstance(parts[0], Within)


def _choice(node: typed.Typed, condition: typed.Typed, value: typed.Typed, otherwise: typed.Typed) -> typed.Typed:
    """IF(a, b, FALSE) holds when a and b do; a blank condition counts as false."""
    first = value.value if isinstance(value, typed.Constant) else value
    second = otherwise.value if isinstance(otherwise, typed.Constant) else otherwise
    if first is True and second is False:
        return simplified(_all(node, condition))
    if first is False and second is True:
        return typed.Not(type=node.type, start=node.start, end=node.end, operand=_all(node, condition))
    if second is False:
        return simplified(_all(node, condition, value))
    if first is True:
        return simplified(_any(node, condition, otherwise))
    return node


def _flat(operands: Sequence[typed.Typed], kind: type[typed.All] | type[typed.AnyOf]) -> Iterator[typed.Typed]:
    """Operands of operands of the same kind, one after the other."""
    for operand in operands:
        inner = simplified(operand)
        if isinstance(inner, kind):
            yield from inner.operands
        else:
            yield inner


def _ranges(operands: list[typed.Typed]) -> Iterator[typed.Typed]:
    """With two neighbours `x >= a`, `x <= b` as one range."""
    index = 0
    while index < len(operands):
        first, second = operands[index], operands[index + 1] if index + 1 < len(operands) else None
        within = _range(first, second) if second is not None else None
        yield within or first
        index += 2 if within else 1


def _range(first: typed.Typed, second: typed.Typed) -> Within | None:
    if not isinstance(first, typed.Order) or not isinstance(second, typed.Order):
        return None
    if first.operator == "<=":
        first, second = second, first
    subject = identity_of(first.left)
    if (first.operator, second.operator) != (">=", "<=") or subject is None or subject != identity_of(second.left):
        return None
    return Within(
        type=first.type,
        start=min(first.start, second.start),
        end=max(first.end, second.end),
        subject=first.left,
        low=first.right,
        high=second.right,
    )


def _listed(node: typed.Typed, operands: Sequence[typed.Typed]) -> typed.OneOf | None:
    """`x = 1 || x = 2` as `x in (1, 2)`."""
    subjects, values = set(), []
    for operand in operands:
        if not isinstance(operand, typed.Equal) or operand.is_negated:
            return None
        if not isinstance(operand.right, typed.Constant) or operand.right.value is None:
            return None
        subjects.add(identity_of(operand.left))
        values.append(operand.right)
    if len(subjects) != 1 or None in subjects or len(values) < 2 or isinstance(values[0].value, bool):
        return None
    first = operands[0]
    assert isinstance(first, typed.Equal)
    return typed.OneOf(type=node.type, start=node.start, end=node.end, subject=first.left, values=tuple(values))
