"""A SQLite file as a Database: WAL, one writer (trellis.storage.sqlite_writer), a few readers, each unit of work in one hop to a thread.

A unit of work is a coroutine that awaits nothing but its transaction, whose methods never suspend here; so a thread drives it with
one send(None), and the event loop is crossed twice for a whole request, not for each statement.
"""

from __future__ import annotations

import asyncio
import contextvars
import sqlite3
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Executor
from datetime import date, datetime
from datetime import time as clock_time
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

from rule_engine import register_sqlite_functions
from trellis.storage.codecs import datetime_text, time_text
from trellis.storage.database import DialectName, Row, Statement, Transaction
from trellis.storage.errors import READ_LIMIT_S
from trellis.storage.sqlite_errors import as_storage_error
from trellis.storage.sqlite_writer import SqliteWriter

T = TypeVar("T")
Work = Callable[[Transaction], Awaitable[T]]
BUSY_TIMEOUT_MS = 10_000
READERS = 4
# How often a read looks at the clock: so seldom that it costs nothing, so often that slow functions of ours are noticed.
STEPS_BETWEEN_LOOKS = 10_000


class SqliteTransaction:
    """Statements on one connection. Its methods are coroutines that never suspend."""

    dialect: DialectName = "sqlite"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def fetch(self, statement: Statement, values: Mapping[str, Any] | None = None) -> Sequence[Row]:
        return self._run(statement, values).fetchall()

    async def fetch_one(self, statement: Statement, values: Mapping[str, Any] | None = None) -> Row | None:
        row: Row | None = self._run(statement, values).fetchone()
        return row

    async def execute(self, statement: Statement, values: Mapping[str, Any] | None = None) -> int:
        return max(self._run(statement, values).rowcount, 0)

    async def execute_many(self, statement: Statement, rows: Sequence[Mapping[str, Any]]) -> None:
        constants, names = statement.constants or {}, statement.names
        try:
            self._connection.executemany(
                statement.sql, [[row[name] if name in row else constants[name] for name in names] for row in rows]
            )
        except sqlite3.Error as error:
            raise as_storage_error(error) from error

    def _run(self, statement: Statement, values: Mapping[str, Any] | None) -> sqlite3.Cursor:
        given = values or {}
        if statement.constants:
            given = {**statement.constants, **given}
        try:
            return self._connection.execute(statement.sql, [given[name] for name in statement.names])
        except sqlite3.Error as error:
            raise as_storage_error(error) from error


class SqliteDatabase:
    """One file. `executor` is the process's threads for databases; it belongs to whoever opened it."""

    dialect: DialectName = "sqlite"
    schema: str | None = None

    def __init__(self, path: Path, executor: Executor) -> None:
        self.path = path
        self._executor = executor
        self._writer = SqliteWriter(lambda: connect(path), executor)
        self._reading = asyncio.Semaphore(READERS)
        self._readers: deque[sqlite3.Connection] = deque()

    async def read(self, work: Work[T], *, is_brief: bool = False) -> T:
        if is_brief:
            return self._read(work)
        await self._reading.acquire()
        return await self._in_thread(lambda: self._read(work), self._reading.release)

    async def write(self, work: Work[T]) -> T:
        return await self._writer.write(lambda connection: _drive(work(SqliteTransaction(connection))))

    async def run(self, work: Callable[[sa.Connection], T]) -> T:
        """Foreign keys are not enforced meanwhile (SQLite's way to rebuild a table); whoever rebuilds one checks them."""
        return await self._writer.alone(lambda: self._run(work))

    async def close(self) -> None:
        await self._writer.close()
        while self._readers:
            self._readers.pop().close()

    async def _in_thread(self, function: Callable[[], T], release: Callable[[], None]) -> T:
        """Runs `function` in a thread and releases what it holds when it has ended, even if the caller was cancelled meanwhile."""

        def ended(future: asyncio.Future[T]) -> None:
            release()
            if not future.cancelled():
                future.exception()

        context = contextvars.copy_context()
        try:
            future = asyncio.get_running_loop().run_in_executor(self._executor, context.run, function)
        except BaseException:
            release()
            raise
        future.add_done_callback(ended)
        return await asyncio.shield(future)

    def _read(self, work: Work[T]) -> T:
        try:
            connection = self._readers.pop()
        except IndexError:
            connection = connect(self.path)
            connection.execute("PRAGMA query_only = ON")
        give_up_at = time.monotonic() + READ_LIMIT_S
        connection.set_progress_handler(lambda: time.monotonic() > give_up_at, STEPS_BETWEEN_LOOKS)
        try:
            return _drive(work(SqliteTransaction(connection)))
        finally:
            self._readers.append(connection)

    def _run(self, work: Callable[[sa.Connection], T]) -> T:
        engine = sa.create_engine("sqlite://", creator=self._connect_for_ddl, poolclass=sa.NullPool)
        sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        try:
            with engine.begin() as connection:
                return work(connection)
        except sa.exc.DBAPIError as error:
            if isinstance(error.orig, sqlite3.Error):
                raise as_storage_error(error.orig) from error
            raise
        finally:
            engine.dispose()

    def _connect_for_ddl(self) -> sqlite3.Connection:
        connection = connect(self.path)
        connection.execute("PRAGMA foreign_keys = OFF")
        return connection


def connect(path: Path) -> sqlite3.Connection:
    """A connection as every part of Trellis expects it: autocommit, WAL, durable, foreign keys on, the rule engine's functions there."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=128)
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    register_sqlite_functions(connection)
    return connection


def register_adapters() -> None:
    """Makes the driver store moments, dates and times in the storage forms, where it would write forms of its own. Once in a process."""
    sqlite3.register_adapter(datetime, datetime_text)
    sqlite3.register_adapter(date, date.isoformat)
    sqlite3.register_adapter(clock_time, time_text)


def _drive(work: Awaitable[T]) -> T:
    steps = work.__await__()
    try:
        next(steps)
    except StopIteration as stop:
        result: T = stop.value
        return result
    raise RuntimeError(
        "a unit of work on a database awaits nothing but its transaction; do other waiting before or after it"
    )
