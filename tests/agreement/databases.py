"""SQLite and PostgreSQL as targets: all rows stand in a table, so that one statement evaluates a formula over them."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_dialect
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect

from rule_engine import CheckedFormula, Kind, Type, compile_sql, register_sqlite_functions, sql_context_values
from rule_engine.targets.sql.child_rows import ChildRows
from rule_engine.types import Path
from tests.agreement.model import CHILD_FIELDS, CHILDREN, CONTEXT, FIELDS
from tests.agreement.rows import Row

_COLUMN_TYPES: dict[Kind, Any] = {
    Kind.NUMBER: sa.Numeric(),
    Kind.BOOLEAN: sa.Boolean(),
    Kind.DATE: sa.Date(),
    Kind.DATETIME: sa.DateTime(timezone=True),
    Kind.TIME: sa.Time(),
    Kind.ID: postgresql.UUID(as_uuid=False),
}
_SQLITE = {Kind.NUMBER: "INTEGER", Kind.BOOLEAN: "INTEGER"}
_POSTGRESQL = {
    Kind.NUMBER: "numeric",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
    Kind.DATETIME: "timestamptz(3)",
    Kind.TIME: "time(3)",
    Kind.ID: "uuid",
    Kind.MULTI_PICKLIST: "text[]",
}


def _columns(fields: dict[str, Type]) -> list[sa.ColumnClause[Any]]:
    return [sa.column(_column_name(name), _COLUMN_TYPES.get(type_.kind, sa.Text())) for name, type_ in fields.items()]


def _column_name(field: str) -> str:
    return field.replace(".", "_")


SAMPLE = sa.table("sample", sa.column("place", sa.Integer()), *_columns(FIELDS))
LINES = sa.table(CHILDREN, sa.column("place", sa.Integer()), *_columns(CHILD_FIELDS))


def column_of(path: Path) -> sa.ColumnElement[Any]:
    return SAMPLE.c[_column_name(".".join(path))]


def child_rows_of(_: Path) -> ChildRows:
    return ChildRows(
        source=LINES,
        link=LINES.c.place == SAMPLE.c.place,
        columns=lambda path: LINES.c[_column_name(".".join(path))],
    )


def _statement(checked: CheckedFormula, dialect: Any) -> sa.Select[Any]:
    expression = compile_sql(checked, column_of, dialect, child_rows_of)
    return sa.select(expression).select_from(SAMPLE).order_by(SAMPLE.c.place)


def _tables(rows: Sequence[Row], form: Callable[[Any, Type], Any]) -> tuple[list[list[Any]], list[list[Any]]]:
    """The values of both tables."""
    sample = [[place, *(form(row[name], type_) for name, type_ in FIELDS.items())] for place, row in enumerate(rows)]
    lines = [
        [place, *(form(line[name], type_) for name, type_ in CHILD_FIELDS.items())]
        for place, row in enumerate(rows)
        for line in row[CHILDREN]
    ]
    return sample, lines


def _definitions(types: dict[Kind, str], text: str) -> list[tuple[str, str]]:
    """Table and columns."""
    return [
        (
            table,
            ", ".join(
                [
                    "place integer",
                    *(f"{_column_name(name)} {types.get(type_.kind, text)}" for name, type_ in fields.items()),
                ]
            ),
        )
        for table, fields in (("sample", FIELDS), (CHILDREN, CHILD_FIELDS))
    ]


class SqliteTarget:
    name = "sqlite"

    def __init__(self, rows: Sequence[Row]) -> None:
        self._connection = sqlite3.connect(":memory:")
        register_sqlite_functions(self._connection)
        for (table, columns), values in zip(_definitions(_SQLITE, "TEXT"), _tables(rows, _to_sqlite), strict=True):
            self._connection.execute(f"CREATE TABLE {table} ({columns}) STRICT")
            places = ", ".join("?" * len(columns.split(",")))
            self._connection.executemany(f"INSERT INTO {table} VALUES ({places})", values)
        self._context = sql_context_values(CONTEXT, "sqlite")

    def evaluate(self, checked: CheckedFormula) -> list[Any]:
        compiled = _statement(checked, "sqlite").compile(dialect=sqlite_dialect(paramstyle="named"))
        found = self._connection.execute(str(compiled), {**compiled.params, **self._context})
        return [_from_sqlite(value, checked.type.kind) for (value,) in found]

    def close(self) -> None:
        self._connection.close()


class PostgresqlTarget:
    name = "postgresql"

    def __init__(self, rows: Sequence[Row], url: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._connection: Any = self._run(
            asyncpg.connect(url, server_settings={"jit": "off", "statement_timeout": "20s"})
        )
        self._dialect: Any = asyncpg_dialect.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
        tables = zip(_definitions(_POSTGRESQL, 'text COLLATE "C"'), _tables(rows, _to_postgresql), strict=True)
        for (table, columns), values in tables:
            self._run(self._connection.execute(f"CREATE TEMPORARY TABLE {table} ({columns})"))
            places = ", ".join(f"${index}" for index in range(1, len(values[0]) + 1))
            self._run(self._connection.executemany(f"INSERT INTO {table} VALUES ({places})", values))
        self._context = sql_context_values(CONTEXT, "postgresql")

    def _run(self, work: Any) -> Any:
        return self._loop.run_until_complete(work)

    def evaluate(self, checked: CheckedFormula) -> list[Any]:
        compiled: Any = _statement(checked, "postgresql").compile(dialect=self._dialect)
        parameters = {**compiled.params, **self._context}
        fetch = self._connection.fetch(str(compiled), *(parameters[name] for name in compiled.positiontup))
        return [
            str(value) if isinstance(value, asyncpg.pgproto.pgproto.UUID) else value for (value,) in self._run(fetch)
        ]

    def close(self) -> None:
        self._run(self._connection.close())
        self._loop.close()


def _to_postgresql(value: Any, _: Type) -> Any:
    return list(value) if isinstance(value, tuple) else value


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
