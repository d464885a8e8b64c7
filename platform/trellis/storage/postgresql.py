"""PostgreSQL as Databases: one asyncpg pool for a server, one Database for each schema on it.

SQL is schema-qualified, so a connection serves any tenant. Reads run without BEGIN. uuid values are text on the way in and out.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from trellis.errors import InvalidSettings
from trellis.storage.database import DialectName, Row, Statement, Target, Transaction
from trellis.storage.errors import READ_LIMIT_S, DatabaseBusy, DatabaseUnavailable
from trellis.storage.postgresql_errors import UNREACHABLE, as_storage_error, unavailable

T = TypeVar("T")
Work = Callable[[Transaction], Awaitable[T]]
ATTEMPTS = 6
COPIED_FROM = 50
LOCK_TIMEOUT_MS = 2_000
ACQUIRE_TIMEOUT_S = 30.0
_AGAIN = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError, asyncpg.InvalidCachedStatementError)
_LOCKED = ("55P03", "40P01", "40001")


class PostgresqlTransaction:
    """Statements on one connection of the pool. `known`: by table, the target that the driver's memory of its columns is of."""

    dialect: DialectName = "postgresql"

    def __init__(self, connection: Any, known: dict[str, Target]) -> None:
        self._connection = connection
        self._known = known

    async def fetch(self, statement: Statement, values: Mapping[str, Any] | None = None) -> Sequence[Row]:
        rows: Sequence[Row] = await self._guarded(self._connection.fetch(statement.sql, *_arguments(statement, values)))
        return rows

    async def fetch_one(self, statement: Statement, values: Mapping[str, Any] | None = None) -> Row | None:
        rows = await self.fetch(statement, values)
        return rows[0] if rows else None

    async def execute(self, statement: Statement, values: Mapping[str, Any] | None = None) -> int:
        status: str = await self._guarded(self._connection.execute(statement.sql, *_arguments(statement, values)))
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def execute_many(self, statement: Statement, rows: Sequence[Mapping[str, Any]]) -> None:
        """Rows that are only inserted go by COPY when they are many, for a third of the time."""
        arguments = [_arguments(statement, row) for row in rows]
        into = statement.into
        if into is not None and len(rows) >= COPIED_FROM:
            await self._guarded(self._copy(into, arguments))
            return
        await self._guarded(self._connection.executemany(statement.sql, arguments))

    async def _copy(self, into: Target, rows: Sequence[Sequence[Any]]) -> None:
        """The driver keeps the types of the columns, and would go by them after a deploy has changed one: each revision's statement
        has a target of its own, at the first sight of which they are forgotten."""
        if self._known.get(into.table) is not into:
            await self._connection.reload_schema_state()
            self._known[into.table] = into
        await self._connection.copy_records_to_table(
            into.table, schema_name=into.schema, columns=into.columns, records=rows
        )

    async def _guarded(self, answer: Awaitable[T]) -> T:
        try:
            return await answer
        except _AGAIN:
            raise  # `write` runs the work again
        except asyncpg.PostgresError as error:
            raise as_storage_error(error) from error
        except (asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
            if self._connection.is_closed():
                raise unavailable(error) from error
            raise


class PostgresqlServer:
    """One server: its pool for the hot path, its SQLAlchemy engine for DDL. Belongs to the event loop it was opened in."""

    def __init__(self, pool: Any, engine: AsyncEngine) -> None:
        self.pool = pool
        self.engine = engine

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        """One of the pool. Raises DatabaseUnavailable, DatabaseBusy when none gets free in time."""
        try:
            connection = await self.pool.acquire(timeout=ACQUIRE_TIMEOUT_S)
        except TimeoutError as error:
            raise DatabaseBusy("no connection to the database got free", hint="Try again in a moment.") from error
        except UNREACHABLE as error:
            raise unavailable(error) from error
        try:
            yield connection
        finally:
            await self.pool.release(connection)

    async def close(self) -> None:
        await self.pool.close()
        await self.engine.dispose()


class PostgresqlDatabase:
    """One schema of a server. Closing it leaves the server open."""

    dialect: DialectName = "postgresql"

    def __init__(self, server: PostgresqlServer, schema: str) -> None:
        self._server = server
        self.schema: str | None = schema
        self._known: dict[str, Target] = {}

    async def read(self, work: Work[T], *, is_brief: bool = False) -> T:
        """A connection that the server closed meanwhile is noticed only when it is used; then `work` runs again on another."""
        try:
            return await self._read(work)
        except DatabaseUnavailable:
            return await self._read(work)

    async def _read(self, work: Work[T]) -> T:
        async with self._server.connection() as connection:
            return await work(PostgresqlTransaction(connection, self._known))

    async def write(self, work: Work[T]) -> T:
        for attempt in range(ATTEMPTS):
            try:
                async with self._server.connection() as connection, connection.transaction():
                    return await work(PostgresqlTransaction(connection, self._known))
            except _AGAIN:
                await _pause(attempt)
            except asyncpg.PostgresError as error:
                raise as_storage_error(error) from error
        raise DatabaseBusy("other changes to the same records kept getting in the way", hint="Try again in a moment.")

    async def run(self, work: Callable[[sa.Connection], T]) -> T:
        """`work` may run more than once: it gives up a table lock after two seconds, so that DDL never stops traffic, and tries again."""
        for attempt in range(ATTEMPTS):
            try:
                return await self._run(work)
            except OSError as error:
                raise unavailable(error) from error
            except sa.exc.DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in _LOCKED:
                    raise _wrapped_sqlalchemy(error) from error
            await _pause(attempt)
        raise DatabaseBusy("the tables stayed in use by others", hint="Try again when there is less traffic.")

    async def _run(self, work: Callable[[sa.Connection], T]) -> T:
        async with self._server.engine.begin() as connection:
            await connection.exec_driver_sql(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}")
            path = sa.select(sa.func.set_config("search_path", sa.literal(f'"{self.schema}"'), sa.true()))
            await connection.execute(path)
            return await connection.run_sync(work)

    async def close(self) -> None:
        return None


async def open_server(url: str, *, pool_size: int) -> PostgresqlServer:
    """Connects to `url` (postgresql://user:password@host:port/database). Raises DatabaseUnavailable, InvalidSettings."""
    settings = {"jit": "off", "application_name": "trellis"}
    try:
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=pool_size,
            statement_cache_size=512,
            max_cached_statement_lifetime=0,
            server_settings={**settings, "statement_timeout": f"{READ_LIMIT_S * 1000:.0f}"},
            init=_speak_text_uuids,
            reset=_leave_as_it_is,
        )
    except asyncpg.ClientConfigurationError as error:
        raise InvalidSettings(f"The database's URL cannot be used: {error}.") from error
    except UNREACHABLE as error:
        raise unavailable(error) from error
    engine = create_async_engine(
        sa.make_url(url).set(drivername="postgresql+asyncpg"),
        poolclass=sa.NullPool,
        connect_args={"server_settings": settings},
    )
    return PostgresqlServer(pool, engine)


async def _speak_text_uuids(connection: Any) -> None:
    """COPY takes values in their binary form only."""
    await connection.set_type_codec(
        "uuid", schema="pg_catalog", encoder=_uuid_bytes, decoder=_uuid_text, format="binary"
    )


def _uuid_bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("-", ""))


def _uuid_text(value: bytes) -> str:
    digits = value.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


async def _leave_as_it_is(connection: Any) -> None:
    """Nothing here changes a session, so a connection goes back without the round trip of asyncpg's own reset."""


async def _pause(attempt: int) -> None:
    await asyncio.sleep(random.uniform(0.5, 1.0) * min(2.0, 0.02 * 2**attempt))


def _arguments(statement: Statement, values: Mapping[str, Any] | None) -> list[Any]:
    given = values or {}
    if statement.constants:
        given = {**statement.constants, **given}
    return [given[name] for name in statement.names]


def _wrapped_sqlalchemy(error: sa.exc.DBAPIError) -> Exception:
    cause = getattr(error.orig, "__cause__", None)
    return as_storage_error(cause) if isinstance(cause, asyncpg.PostgresError) else error
