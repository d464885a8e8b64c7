"""The evaluator for PostgreSQL: one statement for each vector, on a connection of one's own."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_dialect

from rule_engine import Kind, compile_sql, sql_context_values
from tests.conformance.adapters import check_vector, native, outward, path_of, vector_context

_TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    **dict.fromkeys(("Double", "Currency", "Percent"), sa.Numeric()),
    "Boolean": sa.Boolean(),
    "DateOnly": sa.Date(),
    "DateTime": sa.DateTime(timezone=True),
    "TimeOnly": sa.Time(),
}


def _dialect() -> sa.Dialect:
    dialect: sa.Dialect = asyncpg_dialect.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    return dialect


class PostgresqlEvaluator:
    """Callable like the other evaluators; `url` is a database that may be used freely."""

    def __init__(self, url: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._connection: Any = self._loop.run_until_complete(asyncpg.connect(url))

    def close(self) -> None:
        self._loop.run_until_complete(self._connection.close())
        self._loop.close()

    def __call__(
        self,
        formula: str,
        fields: dict[str, str],
        inputs: dict[str, Any],
        null_as_zero: bool,
        return_type: str,
        *,
        time_zone: str = "UTC",
    ) -> Any:
        sql, names, parameters, kind = _statement(formula, tuple(fields.items()), null_as_zero)
        row = {
            f"v{index}": native(inputs.get(name), field_type) for index, (name, field_type) in enumerate(fields.items())
        }
        values = {**parameters, **sql_context_values(vector_context(time_zone), "postgresql"), **row}
        fetch = self._connection.fetchval(sql, *(values[name] for name in names))
        result = self._loop.run_until_complete(fetch)
        return outward(bool(result) if kind is Kind.BOOLEAN and result is not None else result, return_type)


@cache
def _statement(
    formula: str, fields: tuple[tuple[str, str], ...], null_as_zero: bool
) -> tuple[str, tuple[str, ...], dict[str, Any], Kind]:
    checked = check_vector(formula, dict(fields), null_as_zero=null_as_zero)
    types = [_TYPES.get(field_type, sa.Text()) for _, field_type in fields]
    row = sa.select(
        *(sa.cast(sa.bindparam(f"v{index}", type_=kind), kind).label(f"c{index}") for index, kind in enumerate(types))
    ).subquery()
    columns = {path_of(name): sa.column(f"c{index}", types[index]) for index, (name, _) in enumerate(fields)}
    expression = compile_sql(checked, columns.__getitem__, "postgresql")
    statement = sa.select(expression).select_from(row) if fields else sa.select(expression)
    compiled = statement.compile(dialect=_dialect())
    return str(compiled), tuple(compiled.positiontup or ()), dict(compiled.params), checked.type.kind
