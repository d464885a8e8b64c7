"""Values survive the way into a column and back, on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from metamodel.columns import Column, ColumnKind
from trellis.ids import new_id
from trellis.storage.codecs import datetime_text, decoder, encoder, list_encoder
from trellis.storage.column_types import column_type
from trellis.storage.database import Database, Transaction
from trellis.storage.expressions import any_of
from trellis.storage.opening import open_database
from trellis.storage.prepare import prepare, prepare_insert

COLUMNS = {
    "text": Column(name="text", kind=ColumnKind.TEXT, length=20),
    "number": Column(name="number", kind=ColumnKind.DECIMAL, precision=18, scale=4),
    "yes": Column(name="yes", kind=ColumnKind.BOOLEAN),
    "day": Column(name="day", kind=ColumnKind.DATE),
    "moment": Column(name="moment", kind=ColumnKind.DATETIME),
    "hour": Column(name="hour", kind=ColumnKind.TIME),
    "link": Column(name="link", kind=ColumnKind.UUID),
    "tags": Column(name="tags", kind=ColumnKind.TEXT_LIST),
    "count": Column(name="count", kind=ColumnKind.INTEGER),
}
ROWS: list[dict[str, Any]] = [
    {
        "text": "Zoë ' \" ; 客户",
        "number": Decimal("-0.0500"),
        "yes": False,
        "day": date(1582, 10, 15),
        "moment": datetime(2026, 3, 29, 1, 30, 0, 123000, tzinfo=UTC),
        "hour": time(23, 59, 59, 999000),
        "link": new_id(),
        "tags": ('a "b"', "c,d", "{e}"),
        "count": 2**53 + 1,
    },
    {
        "text": "",
        "number": Decimal("99999999999999.9999"),
        "yes": True,
        "day": date(9999, 12, 31),
        "moment": datetime(1900, 1, 1, tzinfo=UTC),
        "hour": time(0),
        "link": new_id(),
        "tags": (),
        "count": 0,
    },
    dict.fromkeys(COLUMNS),
]


def _table(database: Database) -> sa.Table:
    columns = [sa.Column(name, column_type(column)) for name, column in COLUMNS.items()]
    return sa.Table("form", sa.MetaData(schema=database.schema), *columns, sqlite_strict=True)


def _on_database(database_url: str, folder: Path, work: Any) -> Any:
    async def run() -> Any:
        async with open_database(database_url, path=folder / "forms.db", schema="storage_forms") as database:
            table = _table(database)

            def create(connection: sa.Connection) -> None:
                if database.schema:
                    connection.execute(sa.schema.DropSchema(database.schema, cascade=True, if_exists=True))
                    connection.execute(sa.schema.CreateSchema(database.schema))
                table.create(connection)

            await database.run(create)
            return await work(database, table)

    return asyncio.run(run())


async def _insert(database: Database, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    encoders = {name: encoder(column, database.dialect) for name, column in COLUMNS.items()}
    encoded = [{name: encoders[name](value) for name, value in row.items()} for row in rows]
    statement = prepare_insert(table, {name: name for name in COLUMNS}, database.dialect)
    await database.write(lambda tx: tx.execute_many(statement, encoded))


@pytest.mark.parametrize("times", [1, 20], ids=["few", "many"])
def test_every_kind_of_value_comes_back_as_it_went_in(database_url: str, tmp_path: Path, times: int) -> None:
    async def work(database: Database, table: sa.Table) -> list[dict[str, Any]]:
        await _insert(database, table, ROWS * times)
        statement = prepare(sa.select(table), database.dialect)
        found = await database.read(lambda tx: tx.fetch(statement))
        decoders = [decoder(column, database.dialect) for column in COLUMNS.values()]
        return [
            dict(zip(COLUMNS, (decode(value) for decode, value in zip(decoders, row, strict=True)), strict=True))
            for row in found
        ]

    found = _on_database(database_url, tmp_path, work)
    assert sorted(map(repr, found)) == sorted(map(repr, ROWS * times))


@pytest.mark.parametrize("name", [name for name in COLUMNS if name != "tags"])
def test_a_list_of_values_is_one_parameter(database_url: str, tmp_path: Path, name: str) -> None:
    async def work(database: Database, table: sa.Table) -> int:
        await _insert(database, table, ROWS)
        dialect = database.dialect
        query = sa.select(table.c[name]).where(any_of(table.c[name], "wanted", dialect))
        encoded = list_encoder(COLUMNS[name], dialect)([ROWS[0][name], ROWS[1][name]])
        return len(await database.read(lambda tx: tx.fetch(prepare(query, dialect), {"wanted": encoded})))

    assert _on_database(database_url, tmp_path, work) == 2


def test_a_number_in_a_filter_is_not_rounded_to_the_columns_scale(postgresql_url: str, tmp_path: Path) -> None:
    async def work(database: Database, table: sa.Table) -> int:
        await _insert(database, table, [{**ROWS[2], "number": Decimal("1.0000")}])
        query = prepare(sa.select(table.c.number).where(table.c.number < sa.bindparam("limit")), database.dialect)
        return len(await database.read(lambda tx: tx.fetch(query, {"limit": Decimal("1.00004")})))

    assert _on_database(postgresql_url, tmp_path, work) == 1


def test_text_compares_by_code_point_on_both(database_url: str, tmp_path: Path) -> None:
    words = ["b", "a", "B", "A", "Z", "é", "z", "客", "_", "~", "😀"]

    async def work(database: Database, table: sa.Table) -> list[str]:
        await _insert(database, table, [{**ROWS[2], "text": word} for word in words])
        query = prepare(sa.select(table.c.text).order_by(table.c.text), database.dialect)
        return [row[0] for row in await database.read(lambda tx: tx.fetch(query))]

    assert _on_database(database_url, tmp_path, work) == sorted(words)


@given(value=st.decimals(min_value=-(10**14), max_value=10**14, places=4, allow_nan=False, allow_infinity=False))
def test_scaled_integers_keep_every_digit(value: Decimal) -> None:
    column = COLUMNS["number"]
    assert decoder(column, "sqlite")(encoder(column, "sqlite")(value)) == value


@given(
    left=st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  Hypothesis adds the zone
    right=st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(timezone(timedelta(hours=5, minutes=45)))),  # noqa: DTZ001
)
def test_stored_moments_sort_as_text_as_they_do_in_time(left: datetime, right: datetime) -> None:
    earlier, later = sorted((left, right))
    assert datetime_text(earlier) <= datetime_text(later)


def test_a_number_with_too_many_decimals_is_refused_not_rounded() -> None:
    with pytest.raises(ValueError, match="more than 4 digits"):
        encoder(COLUMNS["number"], "sqlite")(Decimal("0.00001"))


def test_constants_and_parameters_keep_their_places(database_url: str, tmp_path: Path) -> None:
    async def work(database: Database, table: sa.Table) -> Any:
        query = prepare(
            sa.select(sa.literal("a"), sa.bindparam("given", type_=sa.Text()), sa.literal(7)).where(
                sa.literal("x").in_(["x", "y"]), sa.bindparam("given", type_=sa.Text()) == "g"
            ),
            database.dialect,
        )

        async def read(tx: Transaction) -> Any:
            return await tx.fetch_one(query, {"given": "g"})

        return tuple(await database.read(read))

    assert _on_database(database_url, tmp_path, work) == ("a", "g", 7)
