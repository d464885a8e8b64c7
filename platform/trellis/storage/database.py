"""What the runtime asks of a tenant's database. Two implementations: trellis.storage.sqlite and trellis.storage.postgresql."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

import sqlalchemy as sa

T = TypeVar("T")
DialectName = Literal["sqlite", "postgresql"]
Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Target:
    """The table that rows go into, and its columns in the order of a statement's parameters."""

    schema: str | None
    table: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text of one dialect, generated once, and the names of its positional parameters in order. `into`: for an INSERT of its
    parameters and nothing else, where they go; many rows may then take a faster way than the text."""

    sql: str
    names: tuple[str, ...] = ()
    constants: Mapping[str, Any] | None = None
    into: Target | None = None


class Transaction(Protocol):
    """One unit of work on one connection. Values are the driver's own: see trellis.storage.codecs for fields."""

    @property
    def dialect(self) -> DialectName: ...

    async def fetch(self, statement: Statement, values: Mapping[str, Any] | None = None) -> Sequence[Row]: ...

    async def fetch_one(self, statement: Statement, values: Mapping[str, Any] | None = None) -> Row | None: ...

    async def execute(self, statement: Statement, values: Mapping[str, Any] | None = None) -> int:
        """Runs it and gives the number of rows touched."""

    async def execute_many(self, statement: Statement, rows: Sequence[Mapping[str, Any]]) -> None: ...


class Database(Protocol):
    """One tenant's database: a SQLite file, or a schema of a PostgreSQL server."""

    @property
    def dialect(self) -> DialectName: ...

    @property
    def schema(self) -> str | None:
        """The PostgreSQL schema; None on SQLite."""

    async def read(self, work: Callable[[Transaction], Awaitable[T]], *, is_brief: bool = False) -> T:
        """Runs `work` on a reader. PostgreSQL: no BEGIN (each statement sees a snapshot of its own). SQLite: in one worker
        thread, so `work` must await nothing but the transaction; what `is_brief` (a row or two, by key) runs where it stands, since
        the way to a thread and back costs more than the read."""

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Runs `work` in one transaction and commits; any exception rolls back. Waits for the one writer on SQLite, retries
        serialization failures and deadlocks on PostgreSQL, so `work` may run more than once. Same rule about awaiting."""

    async def run(self, work: Callable[[sa.Connection], T]) -> T:
        """The cold path (DDL, migrations, deploys): `work` gets a SQLAlchemy connection in one transaction."""

    async def close(self) -> None: ...
