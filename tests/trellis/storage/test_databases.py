"""Units of work on both databases: all or nothing, one writer, errors in words of ours."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from trellis.storage.database import Database, Statement, Transaction
from trellis.storage.errors import ForeignKeyViolation, SchemaMismatch, TookTooLong, UniqueViolation
from trellis.storage.opening import open_database
from trellis.storage.prepare import prepare, prepare_insert

Body = Callable[[Database, sa.Table], Awaitable[Any]]


def _run(database_url: str, folder: Path, body: Body) -> Any:
    async def run() -> Any:
        async with open_database(database_url, path=folder / "test.db", schema="storage_test") as database:
            metadata = sa.MetaData(schema=database.schema)
            parent = "item.id" if database.schema is None else f"{database.schema}.item.id"
            table = sa.Table(
                "item",
                metadata,
                sa.Column("id", sa.Integer(), primary_key=True),
                sa.Column("name", sa.Text()),
                sa.Column("parent", sa.Integer(), sa.ForeignKey(parent)),
                sa.Index("uq_item_name", "name", unique=True),
                sqlite_strict=True,
            )

            def create(connection: sa.Connection) -> None:
                if database.schema:
                    connection.execute(sa.schema.DropSchema(database.schema, cascade=True, if_exists=True))
                    connection.execute(sa.schema.CreateSchema(database.schema))
                metadata.create_all(connection)

            await database.run(create)
            return await body(database, table)

    return asyncio.run(run())


def _insert(database: Database, table: sa.Table) -> Statement:
    return prepare(sa.insert(table), database.dialect)


def _insert_many(database: Database, table: sa.Table) -> Statement:
    return prepare_insert(table, {"id": "id", "name": "name", "parent": "parent"}, database.dialect)


async def _count(database: Database, table: sa.Table) -> int:
    query = prepare(sa.select(sa.func.count()).select_from(table), database.dialect)
    row = await database.read(lambda tx: tx.fetch_one(query))
    return int(row[0]) if row else -1


def _row(number: int, name: str | None = None, parent: int | None = None) -> dict[str, Any]:
    return {"id": number, "name": name, "parent": parent}


def test_an_exception_in_a_write_leaves_nothing(database_url: str, tmp_path: Path) -> None:
    async def body(database: Database, table: sa.Table) -> int:
        async def work(tx: Transaction) -> None:
            await tx.execute(_insert(database, table), _row(1))
            raise LookupError("stop")

        with pytest.raises(LookupError, match="stop"):
            await database.write(work)
        return await _count(database, table)

    assert _run(database_url, tmp_path, body) == 0


def test_an_exception_in_the_cold_path_leaves_no_table(database_url: str, tmp_path: Path) -> None:
    async def body(database: Database, table: sa.Table) -> bool:
        def work(connection: sa.Connection) -> None:
            connection.execute(sa.text("CREATE TABLE left_over (id INTEGER)"))
            raise LookupError("stop")

        with pytest.raises(LookupError):
            await database.run(work)
        return await database.run(
            lambda connection: sa.inspect(connection).has_table("left_over", schema=database.schema)
        )

    assert _run(database_url, tmp_path, body) is False


def test_writers_at_the_same_time_lose_no_update(database_url: str, tmp_path: Path) -> None:
    async def body(database: Database, table: sa.Table) -> int:
        await database.write(lambda tx: tx.execute(_insert(database, table), _row(1, parent=None)))
        change = prepare(sa.update(table).values(name=sa.func.coalesce(table.c.name, "") + "x"), database.dialect)
        await asyncio.gather(*(database.write(lambda tx: tx.execute(change)) for _ in range(20)))
        row = await database.read(lambda tx: tx.fetch_one(prepare(sa.select(table.c.name), database.dialect)))
        return len(row[0]) if row else -1

    assert _run(database_url, tmp_path, body) == 20


def test_a_broken_constraint_says_which(database_url: str, tmp_path: Path) -> None:
    async def body(database: Database, table: sa.Table) -> None:
        insert = _insert(database, table)
        await database.write(lambda tx: tx.execute(insert, _row(1, "a")))
        with pytest.raises(UniqueViolation) as unique:
            await database.write(lambda tx: tx.execute(insert, _row(2, "a")))
        assert (unique.value.table, unique.value.columns) == ("item", ("name",))
        with pytest.raises(ForeignKeyViolation):
            await database.write(lambda tx: tx.execute_many(insert, [_row(3, "c", parent=99)]))

    _run(database_url, tmp_path, body)


def test_a_constraint_that_one_of_many_rows_breaks_says_which(database_url: str, tmp_path: Path) -> None:
    async def body(database: Database, table: sa.Table) -> None:
        insert = _insert_many(database, table)
        rows = [_row(number, f"n{number}") for number in range(100)]
        with pytest.raises(UniqueViolation) as unique:
            await database.write(lambda tx: tx.execute_many(insert, [*rows, _row(100, "n50")]))
        assert (unique.value.table, unique.value.columns) == ("item", ("name",))
        with pytest.raises(ForeignKeyViolation):
            await database.write(lambda tx: tx.execute_many(insert, [*rows, _row(100, parent=999)]))
        assert await _count(database, table) == 0

    _run(database_url, tmp_path, body)


def test_many_rows_go_in_after_a_column_has_changed_its_type(database_url: str, tmp_path: Path) -> None:
    async def body(database: Database, table: sa.Table) -> list[Any]:
        rows = [{"id": number, "name": f"{number}"} for number in range(100)]
        before = prepare_insert(table, {"id": "id", "name": "name"}, database.dialect)
        await database.write(lambda tx: tx.execute_many(before, rows))
        if database.schema is not None:
            change = f"ALTER TABLE {database.schema}.item ALTER name TYPE numeric USING name::numeric"
            await database.run(lambda connection: connection.execute(sa.text(change)))
        kind = sa.Text() if database.schema is None else sa.Numeric()
        changed = sa.table("item", sa.column("id", sa.Integer()), sa.column("name", kind), schema=database.schema)
        after = prepare_insert(changed, {"id": "id", "name": "name"}, database.dialect)
        made = str if database.schema is None else Decimal
        more = [{"id": number, "name": made(number)} for number in range(100, 200)]
        await database.write(lambda tx: tx.execute_many(after, more))
        query = prepare(sa.select(changed.c.name), database.dialect)
        found = await database.read(lambda tx: tx.fetch(query))
        return sorted(int(row[0]) for row in found)

    assert _run(database_url, tmp_path, body) == list(range(200))


def test_a_column_that_is_not_there_is_a_schema_mismatch(database_url: str, tmp_path: Path) -> None:
    async def body(database: Database, table: sa.Table) -> None:
        query = prepare(sa.select(sa.column("missing")).select_from(table), database.dialect)
        with pytest.raises(SchemaMismatch):
            await database.read(lambda tx: tx.fetch(query))

    _run(database_url, tmp_path, body)


def test_a_statement_prepared_before_a_change_of_the_table_still_runs(database_url: str, tmp_path: Path) -> None:
    async def body(database: Database, table: sa.Table) -> None:
        query = prepare(sa.select(table.c.id, table.c.name), database.dialect)
        insert = _insert(database, table)
        await database.write(lambda tx: tx.execute(insert, _row(1, "a")))
        await database.read(lambda tx: tx.fetch(query))
        name = table.name if database.schema is None else f"{database.schema}.{table.name}"
        await database.run(lambda connection: connection.execute(sa.text(f"ALTER TABLE {name} ADD COLUMN extra TEXT")))
        await database.write(lambda tx: tx.execute(insert, _row(2, "b")))
        assert len(await database.read(lambda tx: tx.fetch(query))) == 2

    _run(database_url, tmp_path, body)


def test_waiting_for_something_else_inside_sqlite_work_is_refused(tmp_path: Path) -> None:
    async def body(database: Database, table: sa.Table) -> None:
        async def work(tx: Transaction) -> None:
            await asyncio.sleep(0)

        with pytest.raises(RuntimeError, match="awaits nothing but its transaction"):
            await database.write(work)
        assert await _count(database, table) == 0

    _run("", tmp_path, body)


def test_a_cancelled_writer_hands_the_file_on_only_when_it_has_ended(tmp_path: Path) -> None:
    async def body(database: Database, table: sa.Table) -> int:
        insert = _insert(database, table)

        async def slow(tx: Transaction) -> None:
            for number in range(500):
                await tx.execute(insert, _row(number))

        writers = [asyncio.ensure_future(database.write(slow)) for _ in range(1)]
        await asyncio.sleep(0)
        for writer in writers:
            writer.cancel()
        await asyncio.gather(*writers, return_exceptions=True)
        await database.write(lambda tx: tx.execute(insert, _row(1000)))
        return await _count(database, table)

    assert _run("", tmp_path, body) in (1, 501)


def test_of_many_writes_at_once_only_those_that_fail_are_taken_back(database_url: str, tmp_path: Path) -> None:
    async def body(database: Database, table: sa.Table) -> None:
        insert = _insert(database, table)

        async def work(tx: Transaction, number: int) -> int:
            await tx.execute(insert, _row(number))
            if number % 5 == 0:
                raise LookupError(number)
            return number

        outcomes = await asyncio.gather(
            *(database.write(lambda tx, n=number: work(tx, n)) for number in range(1, 31)), return_exceptions=True
        )
        assert [one for one in outcomes if isinstance(one, int)] == [n for n in range(1, 31) if n % 5]
        assert [one.args for one in outcomes if isinstance(one, LookupError)] == [(n,) for n in range(5, 31, 5)]
        assert await _count(database, table) == 24

    _run(database_url, tmp_path, body)


def test_when_sqlite_cannot_commit_only_the_guilty_write_fails(tmp_path: Path) -> None:
    deferred = Statement("PRAGMA defer_foreign_keys = ON")

    async def body(database: Database, table: sa.Table) -> None:
        insert = _insert(database, table)

        async def work(tx: Transaction, number: int) -> None:
            await tx.execute(deferred)
            await tx.execute(insert, _row(number, parent=99 if number == 7 else None))

        outcomes = await asyncio.gather(
            *(database.write(lambda tx, n=number: work(tx, n)) for number in range(1, 11)), return_exceptions=True
        )
        assert [type(one) for one in outcomes] == [ForeignKeyViolation if n == 7 else type(None) for n in range(1, 11)]
        assert await _count(database, table) == 9

    _run("", tmp_path, body)


def test_writes_that_wait_for_the_sqlite_file_share_a_commit(tmp_path: Path) -> None:
    async def body(database: Database, table: sa.Table) -> None:
        insert = _insert(database, table)
        commits: list[str] = []
        await database.write(lambda tx: tx.execute(insert, _row(0)))
        started = threading.Event()

        async def first(tx: Transaction) -> None:
            tx._connection.set_trace_callback(commits.append)  # type: ignore[attr-defined]
            started.wait(30)

        writing = [asyncio.ensure_future(database.write(first))]
        await asyncio.sleep(0)
        writing += [
            asyncio.ensure_future(database.write(lambda tx, n=number: tx.execute(insert, _row(n))))
            for number in range(1, 9)
        ]
        await asyncio.sleep(0)
        started.set()
        await asyncio.gather(*writing)
        assert sum(text == "COMMIT" for text in commits) < 4
        assert await _count(database, table) == 9

    _run("", tmp_path, body)


def test_a_sqlite_file_waits_for_the_change_of_its_tables(tmp_path: Path) -> None:
    async def body(database: Database, table: sa.Table) -> None:
        insert = _insert(database, table)
        statements = [
            database.write(lambda tx: tx.execute(insert, _row(1))),
            database.run(lambda connection: connection.execute(sa.text("ALTER TABLE item ADD COLUMN extra TEXT"))),
            database.write(lambda tx: tx.execute(Statement("UPDATE item SET extra = 'x'"))),
        ]
        assert (await asyncio.gather(*statements))[2] == 1

    _run("", tmp_path, body)


def test_readers_of_a_sqlite_file_cannot_write(tmp_path: Path) -> None:
    async def body(database: Database, table: sa.Table) -> None:
        with pytest.raises(Exception, match="readonly"):
            await database.read(lambda tx: tx.execute(_insert(database, table), _row(1)))

    _run("", tmp_path, body)


def test_a_read_that_takes_too_long_is_given_up_and_the_next_one_runs(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("sqlite", "postgresql"):
        monkeypatch.setattr(f"trellis.storage.{module}.READ_LIMIT_S", 1.0)
    numbers = sa.select(sa.literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(sa.select(numbers.c.n + 1).where(numbers.c.n < 10**9))
    endless = sa.select(sa.func.count()).select_from(numbers)

    async def body(database: Database, table: sa.Table) -> None:
        with pytest.raises(TookTooLong):
            await database.read(lambda tx: tx.fetch(prepare(endless, database.dialect)))
        assert await _count(database, table) == 0

    _run(database_url, tmp_path, body)
