"""Evaluates checked formulas on a database: one row, all fields of the sample as columns, and a table of its lines."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Protocol

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_dialect
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect

from rule_engine import CheckedFormula, Kind, compile_sql, register_sqlite_functions, sql_context_values
from rule_engine.targets.sql import ChildRows
from rule_engine.types import Path, Type
from tests.rule_engine.sample import CONTEXT, FIELDS, LINE_FIELDS

COLUMNS = {name: name.replace(".", "_") for name, type_ in FIELDS.items() if type_.kind is not Kind.GEOLOCATION}
LINE_COLUMNS = {name: name.replace(".", "_") for name in LINE_FIELDS}
SAMPLE = sa.table("sample", sa.column("row_number"), *(sa.column(column) for column in COLUMNS.values()))
LINE = sa.table("line", sa.column("sample_row"), *(sa.column(column) for column in LINE_COLUMNS.values()))
_FOREIGN_LINE = dict.fromkeys(LINE_FIELDS) | {"cost": Decimal(999), "is_gift": True}
"""A row that belongs to no record."""


class FormulaDatabase(Protocol):
    """A database that evaluates one formula over one record."""

    name: str

    def evaluate(self, checked: CheckedFormula, record: Mapping[str, Any]) -> Any:
        """In Python form; a failing formula gives None."""

    def close(self) -> None: ...


class SqliteDatabase:
    name = "sqlite"

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:")
        register_sqlite_functions(self.connection)
        columns = ", ".join(f'"{column}" {_sqlite_type(FIELDS[name])}' for name, column in COLUMNS.items())
        self.connection.execute(f"CREATE TABLE sample (row_number INTEGER, {columns}) STRICT")
        columns = ", ".join(f'"{column}" {_sqlite_type(LINE_FIELDS[name])}' for name, column in LINE_COLUMNS.items())
        self.connection.execute(f"CREATE TABLE line (sample_row INTEGER, {columns}) STRICT")

    def evaluate(self, checked: CheckedFormula, record: Mapping[str, Any]) -> Any:
        stored = [_to_sqlite(record[name], FIELDS[name]) for name in COLUMNS]
        self.connection.execute("DELETE FROM sample")
        self.connection.execute(f"INSERT INTO sample VALUES (1, {', '.join('?' * len(stored))})", stored)
        self.connection.execute("DELETE FROM line")
        for row, line in _lines_of(record):
            values = [row, *(_to_sqlite(line[name], LINE_FIELDS[name]) for name in LINE_COLUMNS)]
            self.connection.execute(f"INSERT INTO line VALUES ({', '.join('?' * len(values))})", values)
        sql, parameters = self.compiled(checked)
        (result,) = self.connection.execute(sql, parameters).fetchone()
        return _from_sqlite(result, checked.type.kind)

    def compiled(self, checked: CheckedFormula, *, is_filter: bool = False) -> tuple[str, dict[str, Any]]:
        expression = compile_sql(checked, _column, "sqlite", children=_children)
        shown = SAMPLE.c.name if is_filter else expression
        statement = sa.select(shown).select_from(SAMPLE)
        statement = statement.where(expression) if is_filter else statement
        compiled = statement.compile(dialect=sqlite_dialect(paramstyle="named"))
        return str(compiled), {**compiled.params, **sql_context_values(CONTEXT, "sqlite")}

    def close(self) -> None:
        self.connection.close()


class PostgresqlDatabase:
    name = "postgresql"

    def __init__(self, url: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._connection: Any = self._loop.run_until_complete(asyncpg.connect(url))
        columns = ", ".join(f'"{column}" {_postgresql_type(FIELDS[name])}' for name, column in COLUMNS.items())
        self._run(self._connection.execute(f"CREATE TEMPORARY TABLE sample (row_number integer, {columns})"))
        columns = ", ".join(
            f'"{column}" {_postgresql_type(LINE_FIELDS[name])}' for name, column in LINE_COLUMNS.items()
        )
        self._run(self._connection.execute(f"CREATE TEMPORARY TABLE line (sample_row integer, {columns})"))

    def _run(self, work: Any) -> Any:
        return self._loop.run_until_complete(work)

    def evaluate(self, checked: CheckedFormula, record: Mapping[str, Any]) -> Any:
        values = [list(record[name]) if isinstance(record[name], tuple) else record[name] for name in COLUMNS]
        self._insert("sample", [[1, *values]])
        self._insert("line", [[row, *(line[name] for name in LINE_COLUMNS)] for row, line in _lines_of(record)])
        expression = compile_sql(checked, _column, "postgresql", children=_children)
        dialect: sa.Dialect = asyncpg_dialect.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
        compiled: Any = sa.select(expression).select_from(SAMPLE).compile(dialect=dialect)
        parameters = {**compiled.params, **sql_context_values(CONTEXT, "postgresql")}
        result = self._run(
            self._connection.fetchval(str(compiled), *(parameters[name] for name in compiled.positiontup))
        )
        return str(result) if checked.type.kind is Kind.ID and result is not None else result

    def _insert(self, table: str, rows: list[list[Any]]) -> None:
        self._run(self._connection.execute(f"DELETE FROM {table}"))
        for row in rows:
            places = ", ".join(f"${index}" for index in range(1, len(row) + 1))
            self._run(self._connection.execute(f"INSERT INTO {table} VALUES ({places})", *row))

    def close(self) -> None:
        self._run(self._connection.close())
        self._loop.close()


def _lines_of(record: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    """Each with the row of the record that it belongs to."""
    own = [(1, line) for line in record.get("lines", ())]
    return [*own, (2, _FOREIGN_LINE)] if own else own


def _children(path: Path) -> ChildRows:
    assert path == ("lines",)
    return ChildRows(source=LINE, link=LINE.c.sample_row == SAMPLE.c.row_number, columns=_line_column)


def _line_column(path: Path) -> sa.ColumnElement[Any]:
    return sa.type_coerce(LINE.c[LINE_COLUMNS[".".join(path)]], _column_type(LINE_FIELDS[".".join(path)]))


def _column(path: Path) -> sa.ColumnElement[Any]:
    return sa.column(COLUMNS[".".join(path)], _column_type(FIELDS[".".join(path)]))


def _column_type(type_: Type) -> Any:
    kinds: dict[Kind, Any] = {
        Kind.NUMBER: sa.Numeric(18, type_.scale),
        Kind.BOOLEAN: sa.Boolean(),
        Kind.DATE: sa.Date(),
        Kind.DATETIME: sa.DateTime(timezone=True),
        Kind.TIME: sa.Time(),
        Kind.ID: postgresql.UUID(as_uuid=False),
    }
    return kinds.get(type_.kind, sa.Text())


def _sqlite_type(type_: Type) -> str:
    return "INTEGER" if type_.kind in (Kind.NUMBER, Kind.BOOLEAN) else "TEXT"


def _postgresql_type(type_: Type) -> str:
    kinds = {
        Kind.NUMBER: f"numeric(18, {type_.scale})",
        Kind.BOOLEAN: "boolean",
        Kind.DATE: "date",
        Kind.DATETIME: "timestamptz(3)",
        Kind.TIME: "time(3)",
        Kind.ID: "uuid",
        Kind.MULTI_PICKLIST: "text[]",
    }
    return kinds.get(type_.kind, 'text COLLATE "C"')


def _to_sqlite(value: Any, type_: Type) -> Any:
    if isinstance(value, Decimal):
        return int(value.scaleb(type_.scale or 0))
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
    if isinstance(value, time):
        return value.isoformat("milliseconds")
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value) if isinstance(value, tuple) else value


def _from_sqlite(value: Any, kind: Kind) -> Any:
    if value is None:
        return None
    decoders: dict[Kind, Any] = {
        Kind.NUMBER: Decimal,
        Kind.BOOLEAN: bool,
        Kind.DATE: date.fromisoformat,
        Kind.DATETIME: datetime.fromisoformat,
        Kind.TIME: time.fromisoformat,
    }
    return decoders.get(kind, str)(value)
