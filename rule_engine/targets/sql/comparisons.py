"""Comparisons: with plain columns as they are stored, so that an index serves them, and with the rules of blanks."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from rule_engine import typed
from rule_engine.targets.sql.dialect import Dialect, Element
from rule_engine.types import Kind

if TYPE_CHECKING:
    from rule_engine.targets.sql.compiler import SqlCompiler

_ORDERS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


class Comparisons:
    """Compiles the comparing nodes; asks the compiler for what they compare."""

    def __init__(self, compiler: SqlCompiler, dialect: Dialect) -> None:
        self._compiler, self._dialect = compiler, dialect

    def equal(self, node: typed.Equal, *, is_condition: bool) -> Element:
        left, right = node.left, node.right
        if isinstance(left, typed.Constant):
            left, right = right, left
        stored = self._stored_equality(left, right, is_negated=node.is_negated, is_condition=is_condition)
        if stored is not None:
            return stored
        if not typed.is_text_equality(node):
            first, second = self._compiler.value(left, right.type.kind), self._compiler.value(right, left.type.kind)
            return first != second if node.is_negated else first == second
        return self._text_equality(left, right, is_negated=node.is_negated, is_condition=is_condition)

    def _text_equality(self, left: typed.Typed, right: typed.Typed, *, is_negated: bool, is_condition: bool) -> Element:
        if isinstance(right, typed.Constant) and right.value is None:
            blank = self._compiler.blank(left)
            return sa.not_(blank) if is_negated else blank
        first, second = self._comparable_texts(left, right)
        if second is None:
            return sa.true() if is_negated else sa.false()
        can_be_blank = [typed.can_be_blank(part) for part in (left, right)]
        if not any(can_be_blank):
            return first != second if is_negated else first == second
        if is_negated:
            return first.is_distinct_from(second)
        if is_condition and not all(can_be_blank):
            return first == second
        return first.is_not_distinct_from(second)

    def _comparable_texts(self, left: typed.Typed, right: typed.Typed) -> tuple[Element, Element | None]:
        """Ids are compared as they are stored; the second is None for a text that is no id."""
        if is_identifier(left) and is_identifier(right):
            return self._compiler.value(left), self._compiler.value(right)
        if is_identifier(left) and isinstance(right, typed.Constant):
            return self._compiler.value(left), self._dialect.identifier(right.value)
        return self._compiler.value(left, Kind.TEXT), self._compiler.value(right, Kind.TEXT)

    def _stored_equality(
        self, left: typed.Typed, right: typed.Typed, *, is_negated: bool, is_condition: bool
    ) -> Element | None:
        """A number column and a constant, compared as they are stored."""
        if not (_is_number_field(left) and isinstance(right, typed.Constant) and right.value is not None):
            return None
        assert isinstance(left, typed.Read)
        value = self._dialect.stored_number(right.value, left.reference.type)
        if value is None:
            return None
        column = self._compiler.column(left)
        compared = column != value if is_negated else column == value
        return self._with_blank_zero(
            left, compared, is_true_of_zero=(right.value == 0) is not is_negated, is_condition=is_condition
        )

    def _with_blank_zero(
        self, field: typed.Read, compared: Element, *, is_true_of_zero: bool, is_condition: bool
    ) -> Element:
        """A comparison of a column, where blank may count as zero."""
        if not field.blank_is_zero:
            return compared
        if is_true_of_zero:
            return sa.or_(compared, self._compiler.column(field).is_(None))
        return compared if is_condition else sa.func.coalesce(compared, sa.false(), type_=sa.Boolean())

    def order(self, node: typed.Order, *, is_condition: bool) -> Element:
        left, right, sign = node.left, node.right, node.operator
        if isinstance(left, typed.Constant):
            left, right, sign = right, left, _FLIPPED[sign]
        stored = self._stored_order(left, sign, right, is_condition=is_condition)
        if stored is not None:
            return stored
        kind = left.type.kind if left.type.kind is not Kind.NULL else right.type.kind
        kind = Kind.TEXT if kind in typed.TEXT_KINDS else kind
        first, second = self._compiler.value(left, kind), self._compiler.value(right, kind)
        compared: Element = _ORDERS[sign](*self._dialect.ordered(first, second, kind))
        return compared

    def _stored_order(self, left: typed.Typed, sign: str, right: typed.Typed, *, is_condition: bool) -> Element | None:
        if not _is_number_field(left):
            return None
        assert isinstance(left, typed.Read)
        if isinstance(right, typed.Read) and _is_number_field(right):
            same_form = left.reference.type.scale == right.reference.type.scale and (
                left.reference.type.percent == right.reference.type.percent
            )
            if not same_form or left.blank_is_zero or right.blank_is_zero:
                return None
            compared: Element = _ORDERS[sign](self._compiler.column(left), self._compiler.column(right))
            return compared
        if not isinstance(right, typed.Constant) or right.value is None:
            return None
        value = self._dialect.stored_bound(right.value, left.reference.type, sign)
        if value is None:
            return None
        is_true_of_zero = bool(_ORDERS[sign](Decimal(0), right.value))
        return self._with_blank_zero(
            left,
            _ORDERS[sign](self._compiler.column(left), value),
            is_true_of_zero=is_true_of_zero,
            is_condition=is_condition,
        )

    def one_of(self, node: typed.OneOf) -> Element:
        subject = node.subject
        values = [value for value in node.values if not (isinstance(value, typed.Constant) and value.value is None)]
        constants = [value.value for value in values if isinstance(value, typed.Constant)]
        if len(constants) < len(values) or not values:
            kind = _compared_kind(node)
            tests = (self._compiler.value(subject, kind) == self._compiler.value(value, kind) for value in values)
            return sa.or_(sa.false(), *tests)
        if _is_number_field(subject):
            assert isinstance(subject, typed.Read)
            stored = [self._dialect.stored_number(value, subject.reference.type) for value in constants]
            if all(value is not None for value in stored):
                inside = self._compiler.column(subject).in_([value for value in stored if value is not None])
                has_zero = any(value == 0 for value in constants)
                return self._with_blank_zero(subject, inside, is_true_of_zero=has_zero, is_condition=True)
        if is_identifier(subject):
            identifiers = [self._dialect.identifier(value) for value in constants]
            known = [identifier for identifier in identifiers if identifier is not None]
            return self._compiler.value(subject).in_(known) if known else sa.false()
        kind = _compared_kind(node)
        return self._compiler.value(subject, kind).in_([self._dialect.literal(value, kind) for value in constants])

    def holds(self, node: typed.Holds) -> Element:
        constants = [value.value for value in node.values if isinstance(value, typed.Constant)]
        subject = node.subject
        column = self._compiler.column(subject) if isinstance(subject, typed.Read) else self._compiler.value(subject)
        if len(constants) == len(node.values):
            return self._dialect.holds(column, [value for value in constants if value is not None])
        values = (self._compiler.value(value, Kind.TEXT) for value in node.values)
        return sa.or_(*(self._dialect.holds_one(column, value) for value in values))


def _compared_kind(node: typed.OneOf) -> Kind:
    """What both sides are compared as; a bare NULL takes the kind of the values."""
    kinds = (operand.type.kind for operand in (node.subject, *node.values))
    kind = next((kind for kind in kinds if kind is not Kind.NULL), Kind.TEXT)
    return Kind.TEXT if kind in typed.TEXT_KINDS else kind


def _is_number_field(node: typed.Typed) -> bool:
    """Whether it is a stored number; one without a scale is the result of a formula field, which SQLite has as text."""
    return isinstance(node, typed.Read) and node.type.kind is Kind.NUMBER and node.reference.type.scale is not None


def is_identifier(node: typed.Typed) -> bool:
    """Whether its value is an id in stored form (TEXT(id) keeps the node, but not its type)."""
    if isinstance(node, typed.Read):
        return node.reference.type.kind is Kind.ID
    return node.type.kind is Kind.ID
