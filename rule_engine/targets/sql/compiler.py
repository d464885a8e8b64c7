"""The typed tree walked once, for either database.

Three forms of a node: `value` is exact, NULL for blank; `condition` may be NULL where it is false; `failed` is true
where evaluation would raise. Where blanks vanish (IF, ISBLANK, AND, =), a failure below must not vanish with them:
the outermost such node is guarded by `failed`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal

import sqlalchemy as sa

from rule_engine import typed
from rule_engine.errors import UnsupportedOnTarget
from rule_engine.targets.sql.aggregates import Aggregates
from rule_engine.targets.sql.bindings import BoundValue, with_values
from rule_engine.targets.sql.child_rows import Children
from rule_engine.targets.sql.comparisons import Comparisons, is_identifier
from rule_engine.targets.sql.context import parameter_name
from rule_engine.targets.sql.dialect import Dialect, Element
from rule_engine.targets.sql.failures import Failures
from rule_engine.targets.sql.growth import MAX_STEPS, too_large
from rule_engine.types import Kind, Path, Type

_ABSORBING = (
    typed.All,
    typed.AnyOf,
    typed.IsBlank,
    typed.Fallback,
    typed.Conditional,
    typed.Case,
    typed.OneOf,
    typed.Holds,
    typed.Aggregate,
)
_MOST_ARGUMENTS = 50


Columns = Callable[[Path], Element]


class SqlCompiler:
    """Compiles one formula. `columns`: those of the rows being looked at; `_is_guarded`: a node above already turns
    failures into NULL."""

    def __init__(self, dialect: Dialect, columns: Columns, children: Children | None = None) -> None:
        self._dialect, self.columns, self._record_columns = dialect, columns, columns
        self._comparisons = Comparisons(self, dialect)
        self._aggregates = Aggregates(self, dialect, children)
        self._failures = Failures(self, dialect, self._aggregates)
        self._is_guarded = False
        self._steps = 0
        # The node and the columns are kept beside each element, so that no identity is used twice.
        self._compiled: dict[tuple[int, Kind, bool, int], tuple[Element, typed.Typed, Columns]] = {}

    def result(self, tree: typed.Typed) -> Element:
        """The whole formula."""
        if tree.type.kind is Kind.GEOLOCATION:
            raise UnsupportedOnTarget(self._dialect.name, "a geolocation as a result")
        tree = with_values(tree, self._dialect.name)
        return self.condition(tree) if tree.type.kind is Kind.BOOLEAN else self.value(tree)

    # the three forms

    def value(self, node: typed.Typed, kind: Kind | None = None) -> Element:
        """Exactly the node's value; `kind`: the kind wanted, for bare NULLs and for ids wanted as text. What stands in
        several places is compiled once."""
        wanted = kind or node.type.kind
        place = (id(node), wanted, self._is_guarded, id(self.columns))
        if place not in self._compiled:
            self._steps += 1
            if self._steps > MAX_STEPS:
                raise too_large(self._dialect.name)
            self._compiled[place] = (self._new_value(node, wanted, kind), node, self.columns)
        return self._compiled[place][0]

    def _new_value(self, node: typed.Typed, wanted: Kind, kind: Kind | None) -> Element:
        if self._needs_guard(node):
            return self._guarded(node, lambda: self.value(node, kind))
        if isinstance(node, typed.Constant):
            return self._dialect.literal(node.value, wanted if node.value is None else node.type.kind)
        if node.type.kind is Kind.NULL:
            node = replace(node, type=Type(kind=wanted))
        element = self._plain_value(node)
        if wanted is Kind.TEXT and is_identifier(node):
            return self._dialect.as_text(element)
        return element

    def condition(self, node: typed.Typed) -> Element:
        """True where the node is; elsewhere false or NULL."""
        if isinstance(node, typed.All):
            # A failing operand is NULL, so the whole is not true: no guard needed.
            return sa.and_(*(self.condition(operand) for operand in node.operands))
        if self._needs_guard(node):
            return self._guarded(node, lambda: self.condition(node))
        match node:
            case typed.AnyOf(operands=operands):
                return sa.or_(*(self.condition(operand) for operand in operands))
            case typed.Equal():
                return self._comparisons.equal(node, is_condition=True)
            case typed.Order():
                return self._comparisons.order(node, is_condition=True)
            case typed.OneOf():
                return self._comparisons.one_of(node)
            case typed.Holds():
                return self._comparisons.holds(node)
            case typed.Read(type=type_) if type_.kind is Kind.BOOLEAN:
                return self.column(node)
            case typed.Let(body=body):
                return self.condition(body)
        return self.value(node, Kind.BOOLEAN)

    # guards

    def _needs_guard(self, node: typed.Typed) -> bool:
        if self._is_guarded or not any(typed.can_fail(part) for part in typed.children(node)):
            return False
        if isinstance(node, typed.Equal):
            return typed.is_text_equality(node)
        if isinstance(node, typed.Let):
            return any(typed.can_fail(value) for _, value in node.bindings)
        return isinstance(node, _ABSORBING) or (isinstance(node, typed.Apply) and node.form.takes_blanks)

    def _guarded(self, node: typed.Typed, compile_inside: Callable[[], Element]) -> Element:
        self._is_guarded = True
        try:
            inside = compile_inside()
            return sa.case((sa.not_(self._failures.failed(node)), inside), else_=sa.null())
        finally:
            self._is_guarded = False

    # values

    def _plain_value(self, node: typed.Typed) -> Element:
        match node:
            case typed.Read():
                return self._read(node)
            case typed.ContextRead(name=name, type=type_):
                value = self._context(name, type_.kind)
                is_boolean = type_.kind is Kind.BOOLEAN
                return sa.func.coalesce(value, sa.false(), type_=sa.Boolean()) if is_boolean else value
            case typed.Apply():
                return self._dialect.apply(node, self.arguments(node))
            case typed.All() | typed.AnyOf() | typed.OneOf() | typed.Holds():
                return sa.func.coalesce(self.condition(node), sa.false(), type_=sa.Boolean())
            case typed.Not(operand=operand):
                return sa.not_(self.value(operand, Kind.BOOLEAN))
            case typed.IsBlank(operand=operand):
                return self.blank(operand)
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
                return self._comparisons.equal(node, is_condition=False)
            case typed.Order():
                return self._comparisons.order(node, is_condition=False)
            case typed.Let(body=body):
                return self.value(body, node.type.kind)
            case BoundValue(value=value, is_of_record=is_of_record):
                with self.reading(self._record_columns if is_of_record else self.columns):
                    return self.value(value, node.type.kind)
            case typed.Aggregate():
                return self._aggregates.value(node)
            case typed.FindValue():
                raise UnsupportedOnTarget(self._dialect.name, "VLOOKUP")
        raise AssertionError(node)

    def _choose(
        self, tests: Sequence[tuple[Element, typed.Typed]], otherwise: typed.Typed, node: typed.Typed
    ) -> Element:
        kind = node.type.kind
        cases = [(test, self.value(value, kind)) for test, value in tests]
        return sa.type_coerce(sa.case(*cases, else_=self.value(otherwise, kind)), self._dialect.sql_type(kind))

    def _match(self, node: typed.Case, subject: typed.Typed, value: typed.Typed) -> Element:
        same = typed.Equal(type=node.type, start=value.start, end=value.end, left=subject, right=value)
        return self._comparisons.equal(same, is_condition=True)

    def _recover(self, node: typed.Typed, operand: typed.Typed, fallback: typed.Typed) -> Element:
        kind = node.type.kind
        was_guarded, self._is_guarded = self._is_guarded, True
        try:
            failed, value = self._failures.failed(operand), self.value(operand, kind)
        finally:
            self._is_guarded = was_guarded
        chosen = sa.case((failed, self.value(fallback, kind)), else_=value)
        return sa.type_coerce(chosen, self._dialect.sql_type(kind))

    def blank(self, operand: typed.Typed) -> Element:
        if not typed.can_be_blank(operand) and not typed.can_fail(operand):
            return sa.false()
        if isinstance(operand, typed.Read):
            return self.column(operand).is_(None)
        return self.value(operand).is_(None)

    def arguments(self, node: typed.Apply) -> list[Element]:
        kinds = [node.form.parameter(index) for index in range(len(node.arguments))]
        arguments = [self.value(argument, kind) for argument, kind in zip(node.arguments, kinds, strict=True)]
        while node.form.repeated is not None and len(arguments) > _MOST_ARGUMENTS:
            arguments = [
                self._dialect.apply(node, arguments[first : first + _MOST_ARGUMENTS])
                for first in range(0, len(arguments), _MOST_ARGUMENTS)
            ]
        return [*arguments, *(self._context(need, Kind.TEXT) for need in node.form.needs)]

    def _context(self, name: str, kind: Kind) -> Element:
        if name in ("is_new", "is_clone"):
            raise UnsupportedOnTarget(self._dialect.name, name.replace("_", "").upper())
        kinds = {"now": Kind.DATETIME, "today": Kind.DATE, "time_zone": Kind.TEXT, "currency_rates": Kind.TEXT}
        sql_type = self._dialect.sql_type(kinds.get(name, kind))
        if "." in name and not name.startswith("user."):
            return sa.bindparam(parameter_name(name), value=None, type_=sql_type)  # blank unless the context has it
        return sa.bindparam(parameter_name(name), type_=sql_type)

    # fields

    @contextmanager
    def reading(self, columns: Columns) -> Iterator[None]:
        """Around what reads other rows."""
        around, self.columns = self.columns, columns
        yield
        self.columns = around

    def column(self, node: typed.Read) -> Element:
        if node.is_prior:
            raise UnsupportedOnTarget(self._dialect.name, "the value before the change")
        if node.reference.type.kind is Kind.GEOLOCATION:
            raise UnsupportedOnTarget(self._dialect.name, "a geolocation field")
        return self._dialect.stored(self.columns(node.reference.path), node.reference.type)

    def _read(self, node: typed.Read) -> Element:
        element = self._dialect.read(self.column(node), node.reference.type)
        kind = node.reference.type.kind
        if node.blank_is_zero:
            return sa.func.coalesce(
                element, self._dialect.literal(Decimal(0), kind), type_=self._dialect.sql_type(kind)
            )
        if kind is Kind.BOOLEAN:
            return sa.func.coalesce(element, sa.false(), type_=sa.Boolean())
        return element
