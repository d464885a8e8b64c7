"""A SQLAlchemy statement -> the SQL text and parameter order of one driver, once; the hot path never sees SQLAlchemy again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.asyncpg import PGCompiler_asyncpg, PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.sql.compiler import SQLCompiler

from trellis.storage.database import DialectName, Statement, Target


class _Compiler(PGCompiler_asyncpg):
    def render_bind_cast(self, type_: Any, dbapi_type: Any, sqltext: str) -> str:
        """Names a parameter's type without its limits: `$1::NUMERIC(18, 2)` would round what a filter compares with."""
        if isinstance(dbapi_type, sa.Numeric) and not isinstance(dbapi_type, sa.Float):
            return f"{sqltext}::NUMERIC"
        if isinstance(dbapi_type, sa.String):
            return f"{sqltext}::TEXT"
        if isinstance(dbapi_type, sa.ARRAY) and isinstance(dbapi_type.item_type, sa.String):
            return f"{sqltext}::TEXT[]"
        rendered: str = super().render_bind_cast(type_, dbapi_type, sqltext)  # type: ignore[no-untyped-call]  # SQLAlchemy has none
        return rendered


class _Dialect(PGDialect_asyncpg):
    statement_compiler = _Compiler
    supports_statement_cache = True


def prepare(statement: sa.ClauseElement, dialect: DialectName) -> Statement:
    """The text of `statement` for `dialect`. Values written into the statement become `constants`; named bindparams without a value
    are what the caller gives with each run. Values are the driver's own: no SQLAlchemy type converts them."""
    compiled = statement.compile(dialect=_dialect(dialect))
    if not isinstance(compiled, SQLCompiler):
        raise TypeError(f"only a query or a change of rows can be prepared, not {type(statement).__name__}")
    required = {name: None for bind, name in compiled.bind_names.items() if bind.required}
    expanded = compiled.construct_expanded_state({**compiled.params, **required})
    names = tuple(expanded.positiontup or ())
    constants = {name: expanded.parameters[name] for name in names if name not in required}
    return Statement(sql=expanded.statement, names=names, constants=constants or None)


def prepare_insert(table: Any, parameters: Mapping[str, str], dialect: DialectName) -> Statement:
    """INSERT of one row. `parameters`: column name -> the name of the parameter with its value."""
    values = {name: sa.bindparam(given, type_=table.c[name].type) for name, given in parameters.items()}
    statement = prepare(sa.insert(table).values(values), dialect)
    columns = {given: name for name, given in parameters.items()}
    into = Target(schema=table.schema, table=table.name, columns=tuple(columns[given] for given in statement.names))
    return replace(statement, into=into)


def _dialect(name: DialectName) -> sa.Dialect:
    if name == "sqlite":
        return SQLiteDialect_pysqlite(paramstyle="qmark")
    return _Dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy has no annotation there
