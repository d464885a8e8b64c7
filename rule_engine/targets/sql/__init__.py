"""Typed tree into SQLAlchemy expressions for SQLite and PostgreSQL. A failing formula gives NULL there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import sqlalchemy as sa

from rule_engine.checker import CheckedFormula
from rule_engine.errors import UnsupportedOnTarget
from rule_engine.targets.sql.child_rows import ChildRows
from rule_engine.targets.sql.compiler import SqlCompiler
from rule_engine.targets.sql.context import sql_context_values
from rule_engine.targets.sql.dialect import Dialect
from rule_engine.targets.sql.growth import refuse_growth
from rule_engine.targets.sql.long_texts import refuse_long_texts
from rule_engine.targets.sql.postgresql import PostgresqlDialect
from rule_engine.targets.sql.sqlite import SqliteDialect
from rule_engine.types import Path

DialectName = Literal["sqlite", "postgresql"]

__all__ = ["ChildRows", "DialectName", "compile_sql", "find_unsupported", "sql_context_values"]


def compile_sql(
    checked: CheckedFormula,
    columns: Callable[[Path], sa.ColumnElement[Any]],
    dialect: DialectName,
    children: Callable[[Path], ChildRows] | None = None,
) -> sa.ColumnElement[Any]:
    """An expression over the stored columns that `columns` names, and over the rows of the child lists that `children`
    names, which become correlated subqueries.

    A boolean may be NULL where it is false, so that a condition stays a plain one that an index serves. Numbers are
    numeric on PostgreSQL and canonical decimal text on SQLite (see rule_engine.targets.sqlite_functions). What a
    formula needs of the context are parameters `ctx_now`, `ctx_today`, `ctx_time_zone`, `ctx_currency_rates`,
    `ctx_user_FIELD` and those of other globals, such as `ctx_org_name`, bound to `sql_context_values`.

    Raises: UnsupportedOnTarget when the database cannot give the same answer.
    """
    target: Dialect = SqliteDialect() if dialect == "sqlite" else PostgresqlDialect()
    if dialect == "postgresql":
        refuse_long_texts(checked.tree, dialect)
    result = SqlCompiler(target, columns, children).result(checked.tree)
    refuse_growth(result, dialect)
    return result


def find_unsupported(checked: CheckedFormula) -> UnsupportedOnTarget | None:
    """Why one of the two databases cannot answer a formula that reads nothing but columns of one table; None when both can."""
    dialects: tuple[DialectName, ...] = ("sqlite", "postgresql")
    for dialect in dialects:
        try:
            compile_sql(checked, lambda path: sa.column("_".join(path)), dialect)
        except UnsupportedOnTarget as error:
            return error
    return None
