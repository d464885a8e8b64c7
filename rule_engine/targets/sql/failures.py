"""Where evaluating a formula would raise, as a condition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa

from rule_engine import typed
from rule_engine.errors import UnsupportedOnTarget
from rule_engine.targets.sql.dialect import Dialect, Element

if TYPE_CHECKING:
    from rule_engine.targets.sql.aggregates import Aggregates
    from rule_engine.targets.sql.compiler import SqlCompiler

_NEVER = sa.false()


class Failures:
    """Compiles `failed`; asks the compiler for conditions and arguments."""

    def __init__(self, compiler: SqlCompiler, dialect: Dialect, aggregates: Aggregates) -> None:
        self._compiler, self._dialect, self._aggregates = compiler, dialect, aggregates
        # The node and the columns are kept beside each element, so that no identity is used twice.
        self._compiled: dict[tuple[int, int], tuple[Element, typed.Typed, object]] = {}

    def failed(self, node: typed.Typed) -> Element:
        """Where evaluating the node fails; lazy nodes only where they are evaluated."""
        if not typed.can_fail(node):
            return _NEVER
        place = (id(node), id(self._compiler.columns))
        if place not in self._compiled:
            self._compiled[place] = (self._new_failed(node), node, self._compiler.columns)
        return self._compiled[place][0]

    def _new_failed(self, node: typed.Typed) -> Element:
        match node:
            case typed.Apply(arguments=arguments, form=form):
                below = [self.failed(argument) for argument in arguments if typed.can_fail(argument)]
                if form.can_fail:
                    below.append(self._dialect.failed(node, self._compiler.arguments(node)))
                return sa.or_(*below)
            case typed.Recover(operand=operand, fallback=fallback):
                return sa.and_(self.failed(operand), self.failed(fallback))
            case typed.Conditional(branches=branches, otherwise=otherwise):
                return self._failed_branches(branches, otherwise)
            case typed.All(operands=operands):
                return self._failed_in_turn(operands, goes_on=True)
            case typed.AnyOf(operands=operands):
                return self._failed_in_turn(operands, goes_on=False)
            case typed.Aggregate():
                return self._aggregates.failed(node, self)
            case typed.FindValue():
                raise UnsupportedOnTarget(self._dialect.name, "VLOOKUP")
        return sa.or_(*(self.failed(part) for part in typed.children(node) if typed.can_fail(part)))

    def _failed_branches(self, branches: Sequence[tuple[typed.Typed, typed.Typed]], otherwise: typed.Typed) -> Element:
        result = self.failed(otherwise)
        for condition, value in reversed(branches):
            if typed.can_fail(value) or result is not _NEVER:
                result = sa.case((self._compiler.condition(condition), self.failed(value)), else_=result)
            if typed.can_fail(condition):
                result = sa.or_(self.failed(condition), result)
        return result

    def _failed_in_turn(self, operands: Sequence[typed.Typed], *, goes_on: bool) -> Element:
        """Whether one fails before another decides."""
        result: Element = _NEVER
        for operand in reversed(operands):
            if result is not _NEVER:
                when_true, when_false = (result, _NEVER) if goes_on else (_NEVER, result)
                result = sa.case((self._compiler.condition(operand), when_true), else_=when_false)
            if typed.can_fail(operand):
                result = sa.or_(self.failed(operand), result)
        return result
