"""Aggregates over child rows: correlated subqueries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from rule_engine import typed
from rule_engine.errors import UnsupportedOnTarget
from rule_engine.targets.sql.child_rows import Children, ChildRows
from rule_engine.targets.sql.dialect import Dialect, Element

if TYPE_CHECKING:
    from rule_engine.targets.sql.compiler import SqlCompiler
    from rule_engine.targets.sql.failures import Failures


class Aggregates:
    """Compiles the aggregates of one formula; asks the compiler for what stands inside them."""

    def __init__(self, compiler: SqlCompiler, dialect: Dialect, children: Children | None) -> None:
        self._compiler, self._dialect, self._children = compiler, dialect, children

    def value(self, node: typed.Aggregate) -> Element:
        rows = self._rows(node)
        with self._compiler.reading(rows.columns):
            tests = [] if node.condition is None else [self._compiler.condition(node.condition)]
            element = None if node.value is None else self._compiler.value(node.value, node.type.kind)
        column = self._dialect.aggregate(node.function, node.type.kind, element)
        return self._query(rows, column, tests).scalar_subquery()

    def failed(self, node: typed.Aggregate, failures: Failures) -> Element:
        """Whether a row fails: in its condition, or in its value where the condition holds."""
        rows = self._rows(node)
        with self._compiler.reading(rows.columns):
            value = sa.false() if node.value is None else failures.failed(node.value)
            if node.condition is None:
                fails: Element = value
            else:
                holds = sa.and_(self._compiler.condition(node.condition), value)
                fails = sa.or_(failures.failed(node.condition), holds)
        return sa.exists(self._query(rows, sa.literal_column("1"), [fails]))

    def _rows(self, node: typed.Aggregate) -> ChildRows:
        if self._children is None:
            raise UnsupportedOnTarget(self._dialect.name, f"{node.function.upper()} over child records")
        return self._children(node.rows.path)

    def _query(self, rows: ChildRows, column: Element, tests: list[Element]) -> sa.Select[Any]:
        return sa.select(column).select_from(rows.source).where(rows.link, *tests).correlate_except(rows.source)
