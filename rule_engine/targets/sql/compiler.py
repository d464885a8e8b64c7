"""The typed tree walked once, for either database.

Three forms of a node: `value` is exact, NULL for blank; `condition` may be NULL where it is false; `failed` is true
where evaluation would raise. Where blanks vanish (IF, ISBLANK, AND, =), a failure below must not vanish with them:
the outermost such node is guarded by `failed`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from rule_engine import typed
from rule_engine.errors import UnsupportedOnTarget
from rule_engine.targets.sql.dialect import Dialect, Element
from rule_engine.types import Kind, Path, Type

_ORDERS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_ABSORBING = (
    typed.All,
    typed.AnyOf,
    typed.IsBlank,
    typed.Fallback,
    typed.Conditional,
    typed.Case,
    typed.OneOf,
    typed.Holds,
)
_MOST_ARGUMENTS = 50
_NEVER = sa.false()


class SqlCompiler:
    """Compiles one formula. `_is_guarded`: a node above already turns failures into NULL."""

    def __init__(self, dialect: Dialect, columns: Callable[[Path], Element]) -> None:
        self._dialect, self._columns = dialect, columns
        self._is_guarded = False

    def result(self, tree: typed.Typed) -> Element:
        """The whole formula."""
        if tree.type.kind is Kind.GEOLOCATION:
            raise UnsupportedOnTarget(self._dialect.name, "a geolocation as a result")
        return self.condition(tree) if tree.type.kind is Kind.BOOLEAN else self.value(tree)

    # the three forms

    def value(self, node: typed.Typed, kind: Kind | None = None) -> Element:
        """Exactly the node's value; `kind`: the kind wanted, for bare NULLs and for ids wanted as text."""
        wanted = kind or node.type.kind
        if self._needs_guard(node):
            return self._guarded(node, lambda: self.value(node, kind))
        if isinstance(node, typed.Constant):
            return self._dialect.literal(node.value, wanted if node.value is None else node.type.kind)
        if node.type.kind is Kind.NULL:
            node = replace(node, type=Type(kind=wanted))
        element = self._plain_value(node)
        if wanted is Kind.TEXT and _is_identifier(node):
            return self._dialect.as_text(element)
        return element

    def condition(self, node: typed.Typed) -> Element:
        """True where the node is; elsewhere false or NULL."""
        if self._needs_guard(node):
            return self._guarded(node, lambda: self.condition(node))
        match node:
            case typed.All(operands=operands):
                return sa.and_(*(self.condition(operand) for operand in operands))
            case typed.AnyOf(operands=operands):
                return sa.or_(*(self.condition(operand) for operand in operands))
            case typed.Equal():
                return self._equal(node, is_condition=True)
            case typed.Order():
                return self._order(node, is_condition=True)
            case typed.OneOf():
                return self._one_of(node)
            case typed.Holds():
                return self._holds(node)
            case typed.Read(type=type_) if type_.kind is Kind.BOOLEAN:
                return self._column(node)
        return self.value(node, Kind.BOOLEAN)

    def failed(self, node: typed.Typed) -> Element:
        """Where evaluating the node fails; lazy nodes only where they are evaluated."""
        if not typed.can_fail(node):
            return _NEVER
        match node:
            case typed.Apply(arguments=arguments, form=form):
                below = [self.failed(argument) for argument in arguments if typed.can_fail(argument)]
                if form.can_fail:
                    below.append(self._dialect.failed(node, self._arguments(node)))
                return sa.or_(*below)
            case typed.Recover(operand=operand, fallback=fallback):
                return sa.and_(self.failed(operand), self.failed(fallback))
            case typed.Conditional(branches=branches, otherwise=otherwise):
                return self._failed_branches(branches, otherwise)
            case typed.All(operands=operands):
                return self._failed_in_turn(operands, goes_on=True)
            case typed.AnyOf(operands=operands):
                return self._failed_in_turn(operands, goes_on=False)
        return sa.or_(*(self.failed(part) for part in typed.children(node) if typed.can_fail(part)))

    def _failed_branches(self, branches: Sequence[tuple[typed.Typed, typed.Typed]], otherwise: typed.Typed) -> Element:
        result = self.failed(otherwise)
        for condition, value in reversed(branches):
            if typed.can_fail(value) or result is not _NEVER:
                result = sa.case((self.condition(condition), self.failed(value)), else_=result)
            if typed.can_fail(condition):
                result = sa.or_(self.failed(condition), result)
        return result

    def _failed_in_turn(self, operands: Sequence[typed.Typed], *, goes_on: bool) -> Element:
        """Whether one fails before another decides."""
        result: Element = _NEVER
        for operand in reversed(operands):
            if result is not _NEVER:
                when_true, when_false = (result, _NEVER) if goes_on else (_NEVER, result)
                result = sa.case((self.condition(operand), when_true), else_=when_false)
            if typed.can_fail(operand):
                result = sa.or_(self.failed(operand), result)
        return result

    # guards

    def _needs_guard(self, node: typed.Typed) -> bool:
        if self._is_guarded or not any(typed.can_fail(part) for part in typed.children(node)):
            return False
        if isinstance(node, typed.Equal):
            return typed.is_text_equality(node)
        return isinstance(node, _ABSORBING) or (isinstance(node, typed.Apply) and node.form.takes_blanks)

    def _guarded(self, node: typed.Typed, compile_inside: Callable[[], Element]) -> Element:
        self._is_guarded = True
        try:
            inside = compile_inside()
            return sa.case((sa.not_(self.failed(node)), inside), else_=sa.null())
        finally:
            self._is_guarded = False

    # values

    def _plain_value(self, node: typed.Typed) -> Element:
        match node:
            case typed.Read():
                return self._read(node)
            case typed.ContextRead(name=name, type=type_):
                return self._context(name, type_.kind)
            case typed.Apply():
                return self._dialect.apply(node, self._arguments(node))
            case typed.All() | typed.AnyOf() | typed.OneOf() | typed.Holds():
                return sa.func.coalesce(self.condition(node), sa.false(), type_=sa.Boolean())
            case typed.Not(operand=operand):
                return sa.not_(self.value(operand, Kind.BOOLEAN))
            case typed.IsBlank(operand=operand):
                return self._blank(operand)
            case typed.Fallback(operand=operand, fallback=fallback):
                kind = node.type.kind
                return sa.func.coalesce(
                    self.value(operand, kind), self.value(fallback, kind), type_=self._dialect.sql_type(kind)
                )
            case typed.Recover(operand=operand, fallback=fallback):
                return self._recover(node, operand, fallback)
            case typed.Conditional(branches=branches, otherwise=otherwise):
                return self._choose([(self.condition(test), value) for test, value in branches], otherwise, node)
            case typed.Case(subject=subject, branches=branches, otherwise=otherwise):
                tests = [(self._match(node, subject, value), result) for value, result in branches]
                return self._choose(tests, otherwise, node)
            case typed.Equal():
                return self._equal(node, is_condition=False)
            case typed.Order():
                return self._order(node, is_condition=False)
        raise AssertionError(node)

    def _choose(
        self, tests: Sequence[tuple[Element, typed.Typed]], otherwise: typed.Typed, node: typed.Typed
    ) -> Element:
        kind = node.type.kind
        cases = [(test, self.value(value, kind)) for test, value in tests]
        return sa.type_coerce(sa.case(*cases, else_=self.value(otherwise, kind)), self._dialect.sql_type(kind))

    def _match(self, node: typed.Case, subject: typed.Typed, value: typed.Typed) -> Element:
        same = typed.Equal(type=node.type, start=value.start, end=value.end, left=subject, right=value)
        return self._equal(same, is_condition=True)

    def _recover(self, node: typed.Typed, operand: typed.Typed, fallback: typed.Typed) -> Element:
        kind = node.type.kind
        was_guarded, self._is_guarded = self._is_guarded, True
        try:
            failed, value = self.failed(operand), self.value(operand, kind)
        finally:
            self._is_guarded = was_guarded
        chosen = sa.case((failed, self.value(fallback, kind)), else_=value)
        return sa.type_coerce(chosen, self._dialect.sql_type(kind))

    def _blank(self, operand: typed.Typed) -> Element:
        if not typed.can_be_blank(operand) and not typed.can_fail(operand):
            return sa.false()
        if isinstance(operand, typed.Read):
            return self._column(operand).is_(None)
        return self.value(operand).is_(None)

    def _arguments(self, node: typed.Apply) -> list[Element]:
        kinds = [node.form.parameter(index) for index in range(len(node.arguments))]
        arguments = [self.value(argument, kind) for argument, kind in zip(node.arguments, kinds, strict=True)]
        while node.form.repeated is not None and len(arguments) > _MOST_ARGUMENTS:
            arguments = [
                self._dialect.apply(node, arguments[first : first + _MOST_ARGUMENTS])
                for first in range(0, len(arguments), _MOST_ARGUMENTS)
            ]
        return [*arguments, *(self._context(need, Kind.TEXT) for need in node.form.needs)]

    def _context(self, name: str, kind: Kind) -> Element:
        if name == "is_new":
            raise UnsupportedOnTarget(self._dialect.name, "ISNEW")
        kinds = {"now": Kind.DATETIME, "today": Kind.DATE, "time_zone": Kind.TEXT}
        sql_type = self._dialect.sql_type(kinds.get(name, kind))
        return sa.bindparam("ctx_" + name.replace(".", "_"), type_=sql_type)

    # fields

    def _column(self, node: typed.Read) -> Element:
        if node.is_prior:
            raise UnsupportedOnTarget(self._dialect.name, "the value before the change")
        if node.reference.type.kind is Kind.GEOLOCATION:
            raise UnsupportedOnTarget(self._dialect.name, "a geolocation field")
        return self._dialect.stored(self._columns(node.reference.path), node.reference.type)

    def _read(self, node: typed.Read) -> Element:
        element = self._dialect.read(self._column(node), node.reference.type)
        kind = node.reference.type.kind
        if node.blank_is_zero:
            return sa.func.coalesce(
                element, self._dialect.literal(Decimal(0), kind), type_=self._dialect.sql_type(kind)
            )
        if kind is Kind.BOOLEAN:
            return sa.func.coalesce(element, sa.false(), type_=sa.Boolean())
        return element

    # comparisons

    def _equal(self, node: typed.Equal, *, is_condition: bool) -> Element:
        left, right = node.left, node.right
        if isinstance(left, typed.Constant):
            left, right = right, left
        stored = self._stored_equality(left, right, is_negated=node.is_negated, is_condition=is_condition)
        if stored is not None:
            return stored
        if not typed.is_text_equality(node):
            first, second = self.value(left, right.type.kind), self.value(right, left.type.kind)
            return first != second if node.is_negated else first == second
        return self._text_equality(left, right, is_negated=node.is_negated, is_condition=is_condition)

    def _text_equality(self, left: typed.Typed, right: typed.Typed, *, is_negated: bool, is_condition: bool) -> Element:
        if isinstance(right, typed.Constant) and right.value is None:
            blank = self._blank(left)
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
        if _is_identifier(left) and _is_identifier(right):
            return self.value(left), self.value(right)
        if _is_identifier(left) and isinstance(right, typed.Constant):
            return self.value(left), self._dialect.identifier(right.value)
        return self.value(left, Kind.TEXT), self.value(right, Kind.TEXT)

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
        column = self._column(left)
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
            return sa.or_(compared, self._column(field).is_(None))
        return compared if is_condition else sa.func.coalesce(compared, sa.false(), type_=sa.Boolean())

    def _order(self, node: typed.Order, *, is_condition: bool) -> Element:
        left, right, sign = node.left, node.right, node.operator
        if isinstance(left, typed.Constant):
            left, right, sign = right, left, _FLIPPED[sign]
        stored = self._stored_order(left, sign, right, is_condition=is_condition)
        if stored is not None:
            return stored
        kind = left.type.kind if left.type.kind is not Kind.NULL else right.type.kind
        kind = Kind.TEXT if kind in typed.TEXT_KINDS else kind
        first, second = self.value(left, kind), self.value(right, kind)
        compared: Element = _ORDERS[sign](self._dialect.order_key(first, kind), second)
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
            compared: Element = _ORDERS[sign](self._column(left), self._column(right))
            return compared
        if not isinstance(right, typed.Constant) or right.value is None:
            return None
        value = self._dialect.stored_bound(right.value, left.reference.type, sign)
        if value is None:
            return None
        is_true_of_zero = bool(_ORDERS[sign](Decimal(0), right.value))
        return self._with_blank_zero(
            left, _ORDERS[sign](self._column(left), value), is_true_of_zero=is_true_of_zero, is_condition=is_condition
        )

    # lists

    def _one_of(self, node: typed.OneOf) -> Element:
        subject = node.subject
        values = [value for value in node.values if not (isinstance(value, typed.Constant) and value.value is None)]
        constants = [value.value for value in values if isinstance(value, typed.Constant)]
        if len(constants) < len(values) or not values:
            tests = (self._match_one(subject, value) for value in values)
            return sa.or_(sa.false(), *tests)
        if _is_number_field(subject):
            assert isinstance(subject, typed.Read)
            stored = [self._dialect.stored_number(value, subject.reference.type) for value in constants]
            if all(value is not None for value in stored):
                inside = self._column(subject).in_([value for value in stored if value is not None])
                has_zero = any(value == 0 for value in constants)
                return self._with_blank_zero(subject, inside, is_true_of_zero=has_zero, is_condition=True)
        if _is_identifier(subject):
            identifiers = [self._dialect.identifier(value) for value in constants]
            known = [identifier for identifier in identifiers if identifier is not None]
            return self.value(subject).in_(known) if known else sa.false()
        kind = Kind.TEXT if subject.type.kind in typed.TEXT_KINDS else subject.type.kind
        return self.value(subject, kind).in_([self._dialect.literal(value, kind) for value in constants])

    def _match_one(self, subject: typed.Typed, value: typed.Typed) -> Element:
        kind = Kind.TEXT if subject.type.kind in typed.TEXT_KINDS else subject.type.kind
        return self.value(subject, kind) == self.value(value, kind)

    def _holds(self, node: typed.Holds) -> Element:
        values = [value.value for value in node.values if isinstance(value, typed.Constant) and value.value is not None]
        if len(values) < len(node.values) or not isinstance(node.subject, typed.Read):
            raise UnsupportedOnTarget(self._dialect.name, "a multi-picklist beside a value that is not written out")
        return self._dialect.holds(self._column(node.subject), values)


def _is_number_field(node: typed.Typed) -> bool:
    return isinstance(node, typed.Read) and node.type.kind is Kind.NUMBER


def _is_identifier(node: typed.Typed) -> bool:
    """Whether its value is an id in stored form (TEXT(id) keeps the node, but not its type)."""
    if isinstance(node, typed.Read):
        return node.reference.type.kind is Kind.ID
    return node.type.kind is Kind.ID
