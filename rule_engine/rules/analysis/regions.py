"""A condition into regions: the boxes of records for which it is true, or false, or not.

A box gives each subject (a field, or a computation that is not looked into) a set of values. Every record lies at one point of
this space, but not every point is a record, as computations depend on fields: that something holds at no point, or at every
one, is certain for records too, while a point where it holds needs a record that shows it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Literal

from rule_engine import typed
from rule_engine.checking.warnings.domains import domain_of
from rule_engine.checking.warnings.values import ALL, BLANK, Values, compared, only
from rule_engine.identity import identity_of
from rule_engine.rules.analysis.effort import Effort, TooMuch

Box = dict[Hashable, Values]
Boxes = list[Box]
Asked = Literal["true", "false", "not true", "not false"]

MAX_BOXES = 64
_OPPOSITE: dict[Asked, Asked] = {
    "true": "false",
    "false": "true",
    "not true": "not false",
    "not false": "not true",
}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


class TooManyBoxes(TooMuch):
    """A region of more boxes than are worth computing with."""


class Space:
    """The subjects of conditions, each with every value that it can have. What it computes is spent of the effort; so everything
    here raises TooMuch."""

    def __init__(self, effort: Effort | None = None) -> None:
        self.effort = effort or Effort()
        self.domains: dict[Hashable, Values] = {}
        self.nodes: dict[Hashable, typed.Typed] = {}

    def region(self, node: typed.Typed, asked: Asked = "true") -> Boxes:
        match node:
            case typed.Constant(value=value):
                return _if_constant(value, asked)
            case typed.Not(operand=operand):
                return self.region(operand, _OPPOSITE[asked])
            case typed.All(operands=operands):
                return self._several(operands, is_all=True, is_true=asked in ("true", "not false"))
            case typed.AnyOf(operands=operands):
                return self._several(operands, is_all=False, is_true=asked in ("true", "not false"))
            case typed.Conditional():
                return self._conditional(node, asked)
            case typed.IsBlank(operand=operand) if not isinstance(operand, typed.Constant):
                return self._about(operand, BLANK, ALL - BLANK, asked)
            case typed.OneOf(subject=subject, values=values) if not isinstance(subject, typed.Constant):
                constants = _constants(values)
                if constants is not None:
                    return self._about(subject, only(constants), ALL - only(constants), asked)
            case typed.Equal():
                return self._equal(node, asked)
            case typed.Order():
                return self._order(node, asked)
        return self._about(node, only((True,)), only((False,)), asked)

    def subtract(self, boxes: Boxes, taken: Iterable[Box]) -> Boxes:
        """What of the boxes lies outside of all the others."""
        for box in taken:
            self.effort.spend(sum(len(values.spans) + 1 for one in boxes for values in one.values()) + 1)
            boxes = [piece for one in boxes for piece in self._without(one, box)]
            if len(boxes) > MAX_BOXES:
                raise TooManyBoxes
        return boxes

    def covers(self, boxes: Boxes, others: Boxes) -> bool:
        """Whether the boxes together hold all of the others."""
        self.effort.spend(len(boxes) * len(others))
        if all(any(_holds(box, other) for box in boxes) for other in others):
            return True
        return len(boxes) > 1 and not self.subtract(others, boxes)

    def _without(self, box: Box, taken: Box) -> Boxes:
        if intersect(box, taken) is None:
            return [box]
        pieces: Boxes = []
        for subject, values in taken.items():
            mine = box.get(subject, self.domains[subject])
            if outside := mine - values:
                pieces.append({**box, subject: outside})
            box = {**box, subject: mine & values}
        return pieces

    # conditions of conditions

    def _several(self, operands: Sequence[typed.Typed], *, is_all: bool, is_true: bool) -> Boxes:
        """All and AnyOf are never blank: what is not true is false."""
        regions = (self.region(operand, "true" if is_true else "not true") for operand in operands)
        if is_all == is_true:
            boxes: Boxes = [{}]
            for region in regions:
                boxes = self._both(boxes, region)
                if not boxes:
                    break
            return boxes
        return _bounded([box for region in regions for box in region])

    def _conditional(self, node: typed.Conditional, asked: Asked) -> Boxes:
        found: Boxes = []
        rest: Boxes = [{}]
        for condition, value in node.branches:
            found += self._both(self._both(rest, self.region(condition)), self.region(value, asked))
            rest = self._both(rest, self.region(condition, "not true"))
        return _bounded(found + self._both(rest, self.region(node.otherwise, asked)))

    def _both(self, first: Boxes, second: Boxes) -> Boxes:
        self.effort.spend(len(first) * len(second))
        return _bounded([box for one in first for other in second if (box := intersect(one, other)) is not None])

    # comparisons

    def _about(self, subject: typed.Typed, true: Values, false: Values, asked: Asked) -> Boxes:
        return self._of_subject(identity_of(subject) or ("place", id(subject)), subject, true, false, asked)

    def _of_subject(self, key: Hashable, subject: typed.Typed, true: Values, false: Values, asked: Asked) -> Boxes:
        if isinstance(subject, typed.Let | typed.Local):
            key = ("place", id(subject))
        domain = self.domains.get(key)
        if domain is None:
            domain = self.domains[key] = domain_of(subject)
            self.nodes[key] = subject
        values = (true if asked.endswith("true") else false) & domain
        if asked.startswith("not"):
            values = domain - values
        if not values.is_simple:
            raise TooManyBoxes
        self.effort.spend()
        if not values:
            return []
        return [{}] if values == domain else [{key: values}]

    def _equal(self, node: typed.Equal, asked: Asked) -> Boxes:
        if node.is_negated:
            asked = _OPPOSITE[asked]
        left, right = node.left, node.right
        if isinstance(left, typed.Constant):
            left, right = right, left
        is_text = typed.is_text_equality(node)
        if isinstance(left, typed.Constant) or not isinstance(right, typed.Constant):
            return self._of_two("=", node, left, right, asked)
        if right.value is None and not is_text:
            return _if_constant(None, asked)
        equal = BLANK if right.value is None else only((right.value,))
        return self._about(left, equal, (ALL if is_text else ALL - BLANK) - equal, asked)

    def _order(self, node: typed.Order, asked: Asked) -> Boxes:
        left, right, operator = node.left, node.right, node.operator
        if isinstance(left, typed.Constant):
            left, right, operator = right, left, _MIRRORED[operator]
        if isinstance(right, typed.Constant) and not isinstance(left, typed.Constant):
            if right.value is None:
                return _if_constant(None, asked)
            true = compared(operator, right.value)
            return self._about(left, true, (ALL - BLANK) - true, asked)
        if operator in (">", "<="):
            left, right, operator = right, left, _MIRRORED[operator]
        return self._of_two("<", node, left, right, asked if operator == "<" else _OPPOSITE[asked])

    def _of_two(self, sign: str, node: typed.Typed, left: typed.Typed, right: typed.Typed, asked: Asked) -> Boxes:
        """A comparison of two things that are not constant is a subject itself."""
        sides = [identity_of(left), identity_of(right)]
        is_known = None not in sides and not any(isinstance(part, typed.Local) for part in typed.walk(node))
        key: Hashable = (sign, node.type.kind, *sides) if is_known else ("place", id(node))
        return self._of_subject(key, node, only((True,)), only((False,)), asked)


def intersect(first: Box, second: Box) -> Box | None:
    """What lies in both; None for nothing."""
    shared = {}
    for subject, values in second.items():
        mine = first.get(subject)
        if mine is not None:
            values = mine & values
            if not values:
                return None
        shared[subject] = values
    return {**first, **shared}


def _holds(box: Box, other: Box) -> bool:
    return all(subject in other and _is_within(other[subject], values) for subject, values in box.items())


def _is_within(inner: Values, outer: Values) -> bool:
    if len(inner.spans) == len(outer.spans) == 1 and inner.has_blank <= outer.has_blank:
        return outer.spans[0][0] <= inner.spans[0][0] and inner.spans[0][1] <= outer.spans[0][1]
    return outer.contains(inner)


def _bounded(boxes: Boxes) -> Boxes:
    if len(boxes) > MAX_BOXES:
        raise TooManyBoxes
    return boxes


def _if_constant(value: Any, asked: Asked) -> Boxes:
    """Everything or nothing."""
    is_so = {
        "true": value is True,
        "false": value is False,
        "not true": value is not True,
        "not false": value is not False,
    }
    return [{}] if is_so[asked] else []


def _constants(nodes: Sequence[typed.Typed]) -> list[Any] | None:
    """Their values without blanks; None when one is no constant."""
    if not all(isinstance(node, typed.Constant) for node in nodes):
        return None
    return [node.value for node in nodes if isinstance(node, typed.Constant) and node.value is not None]
