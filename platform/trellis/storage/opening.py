"""Opens databases: SQLite files in one process-wide pool of threads, PostgreSQL schemas on shared servers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from trellis.storage.database import Database
from trellis.storage.sqlite import SqliteDatabase, register_adapters

if TYPE_CHECKING:
    from trellis.storage.postgresql import PostgresqlDatabase, PostgresqlServer

THREADS = 16


class Databases:
    """What a process needs to open tenants' databases. Belongs to one event loop; `close` frees threads and connections."""

    def __init__(self, *, pool_size: int) -> None:
        self._pool_size = pool_size
        self._executor: ThreadPoolExecutor | None = None
        self._servers: dict[str, PostgresqlServer] = {}

    def sqlite(self, path: Path) -> SqliteDatabase:
        """The file at `path`, made when it is first written to; its folder is made here."""
        if self._executor is None:
            register_adapters()
            self._executor = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="sqlite")
        path.parent.mkdir(parents=True, exist_ok=True)
        return SqliteDatabase(path, self._executor)

    async def postgresql(self, url: str, schema: str) -> PostgresqlDatabase:
        """The schema on the server at `url`; connects to the server when it is the first one there."""
        # The driver takes a while to import, and is not needed where SQLite does.
        from trellis.storage.postgresql import PostgresqlDatabase, open_server

        if url not in self._servers:
            self._servers[url] = await open_server(url, pool_size=self._pool_size)
        return PostgresqlDatabase(self._servers[url], schema)

    async def close(self) -> None:
        for server in self._servers.values():
            await server.close()
        self._servers.clear()
        if self._executor is not None:
            self._executor.shutdown(wait=True)
            self._executor = None


@asynccontextmanager
async def open_database(url: str, *, path: Path, schema: str, pool_size: int = 4) -> AsyncIterator[Database]:
    """One database by itself, for tools and tests: `schema` at `url`, or the file `path` when `url` is empty."""
    databases = Databases(pool_size=pool_size)
    database: Database = await databases.postgresql(url, schema) if url else databases.sqlite(path)
    try:
        yield database
    finally:
        await database.close()
        await databases.close()
