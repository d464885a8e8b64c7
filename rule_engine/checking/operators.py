"""Operators into typed nodes: signs, arithmetic, joining, comparisons, `in` and `between`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rule_engine import syntax, typed
from rule_engine.checking.fitting import ORDERED
from rule_engine.functions import FUNCTIONS
from rule_engine.types import BOOLEAN, DATETIME, NULL, Kind
from rule_engine.wording import say

if TYPE_CHECKING:
    from rule_engine.checking.checker import Checker


class Operators:
    """Checks the operators of one formula; asks the checker for their operands."""

    def __init__(self, checker: Checker) -> None:
        self._checker = checker

    def unary(self, node: syntax.UnaryOperation) -> typed.Typed:
        operand = self._checker.check(node.operand)
        if node.operator == "!":
            operand = self._checker.need_boolean(operand)
            return typed.Not(type=BOOLEAN, start=node.start, end=node.end, operand=operand)
        if not self._checker.need_kind(operand, Kind.NUMBER) or node.operator == "+":
            return operand
        return self._checker.apply(node, "sign -", (operand,))

    def binary(self, node: syntax.BinaryOperation) -> typed.Typed:
        left, right = self._checker.check(node.left), self._checker.check(node.right)
        if typed.any_invalid((left, right)):
            return self._checker.invalid(node)
        if node.operator in ("=", "<>"):
            return self._equality(node, left, right)
        if node.operator in ("<", "<=", ">", ">="):
            return self._order(node, node.operator, left, right)
        return self._arithmetic(node, left, right)

    def chain(self, node: syntax.Chain) -> typed.Typed:
        operands = tuple(self._checker.check(operand) for operand in node.operands)
        kind = Kind.TEXT if node.operator == "&" else Kind.BOOLEAN
        fits = [self._checker.need_kind(operand, kind) for operand in operands]
        if typed.any_invalid(operands) or not all(fits):
            return self._checker.invalid(node)
        if node.operator == "&":
            return self._checker.apply(node, "operator &", operands)
        joined = typed.All if node.operator == "&&" else typed.AnyOf
        return joined(type=BOOLEAN, start=node.start, end=node.end, operands=operands)

    def between(self, node: syntax.Between) -> typed.Typed:
        subject, low, high = (self._checker.check(part) for part in (node.subject, node.low, node.high))
        if typed.any_invalid((subject, low, high)):
            return self._checker.invalid(node)
        operands = (self._order(node, ">=", subject, low), self._order(node, "<=", subject, high))
        return typed.All(type=BOOLEAN, start=node.start, end=node.end, operands=operands)

    def membership(self, node: syntax.Expression, subject: typed.Typed, values: tuple[typed.Typed, ...]) -> typed.Typed:
        """`subject in (values)` and IN(subject, values...). Lists among the values stand for their members."""
        values = tuple(one for value in values for one in self._elements(value))
        if typed.any_invalid((subject, *values)):
            return self._checker.invalid(node)
        is_trellis = self._checker.mode == "trellis"
        if subject.type.kind is Kind.MULTI_PICKLIST and not is_trellis:
            self._checker.report.wrong_operands("in", subject, values[0])
            return self._checker.invalid(node)
        self._checker.refuse_kind((subject, *values), Kind.BOOLEAN)
        if is_trellis and any(value.type.kind is Kind.MULTI_PICKLIST for value in values):
            return self._member_of(node, subject, values)
        self._checker.need_members(subject, values)
        member = typed.Holds if subject.type.kind is Kind.MULTI_PICKLIST and is_trellis else typed.OneOf
        return member(type=BOOLEAN, start=node.start, end=node.end, subject=subject, values=values)

    def _elements(self, value: typed.Typed) -> tuple[typed.Typed, ...]:
        if not isinstance(value, typed.ListValue):
            return (value,)
        if not value.is_of_children:
            return value.elements
        self._checker.report.misplaced_list(value)
        return (typed.Invalid(type=NULL, start=value.start, end=value.end),)

    def _member_of(self, node: syntax.Expression, subject: typed.Typed, values: tuple[typed.Typed, ...]) -> typed.Typed:
        """`"vip" in tags`: a multi-picklist is a list of texts."""
        if len(values) > 1:
            message = say("A multi-picklist stands alone after in.")
            self._checker.report.add("wrong_type", message, node.start, node.end, say("Join two tests with ||."))
            return self._checker.invalid(node)
        self._checker.need_members(values[0], (subject,))
        return typed.Holds(type=BOOLEAN, start=node.start, end=node.end, subject=values[0], values=(subject,))

    # arithmetic

    def _arithmetic(self, node: syntax.BinaryOperation, left: typed.Typed, right: typed.Typed) -> typed.Typed:
        name = f"operator {node.operator}"
        kinds = {left.type.kind, right.type.kind}
        if node.operator in "+-" and Kind.NULL in kinds and kinds <= {Kind.NULL, *ORDERED} - {Kind.TEXT}:
            return self._null_sum(node, name, left, right)
        if Kind.NULL in kinds and Kind.TEXT in kinds and node.operator == "+":
            name = "operator &"
        if not any(self._checker.fitting.takes(form, (left, right)) for form in FUNCTIONS[name].forms):
            self._checker.report.wrong_operands(node.operator, left, right)
            return self._checker.invalid(node)
        return self._checker.apply(node, name, (left, right))

    def _null_sum(self, node: syntax.BinaryOperation, name: str, left: typed.Typed, right: typed.Typed) -> typed.Typed:
        """With a bare NULL a sum is NULL; what the other side does is still done, so that its faults show."""
        if typed.can_fail(left) or typed.can_fail(right):
            return replace(self._checker.apply(node, name, (left, right)), type=NULL)
        return typed.Constant(type=NULL, start=node.start, end=node.end, value=None)

    # comparisons

    def _equality(self, node: syntax.BinaryOperation, left: typed.Typed, right: typed.Typed) -> typed.Typed:
        left, right = self._aligned(left, right)
        if not self._checker.fitting.can_be_equal(left.type, right.type):
            self._checker.report.wrong_operands(node.operator, left, right)
            return self._checker.invalid(node)
        self._checker.warn_of_values(left, (right,))
        self._checker.warn_of_values(right, (left,))
        return typed.Equal(
            type=BOOLEAN, start=node.start, end=node.end, left=left, right=right, is_negated=node.operator == "<>"
        )

    def _order(self, node: syntax.Expression, operator: str, left: typed.Typed, right: typed.Typed) -> typed.Typed:
        left, right = self._aligned(left, right)
        if not self._checker.fitting.can_be_ordered(left.type, right.type):
            self._checker.report.wrong_operands(operator, left, right)
            return self._checker.invalid(node)
        return typed.Order(type=BOOLEAN, start=node.start, end=node.end, operator=operator, left=left, right=right)

    def _aligned(self, left: typed.Typed, right: typed.Typed) -> tuple[typed.Typed, typed.Typed]:
        """In trellis mode a date beside a datetime becomes its midnight in the user's time zone."""
        if self._checker.mode == "trellis":
            if (left.type.kind, right.type.kind) == (Kind.DATE, Kind.DATETIME):
                return _midnight(left), right
            if (left.type.kind, right.type.kind) == (Kind.DATETIME, Kind.DATE):
                return left, _midnight(right)
        return left, right


def _midnight(day: typed.Typed) -> typed.Typed:
    (form,) = FUNCTIONS["midnight"].forms
    return typed.Apply(type=DATETIME, start=day.start, end=day.end, form=form, arguments=(day,))
