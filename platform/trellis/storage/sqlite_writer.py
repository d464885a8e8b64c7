"""The one writer of a SQLite file. Units of work that wait together are committed together.

A commit waits for the disk, however little it holds. So the units that wait share a transaction, each in a savepoint of its own, and
one that fails is taken back alone. Nobody is told of success before the commit. Should the commit itself fail, each unit runs again in
a transaction by itself, so that only the guilty one fails.
"""

from __future__ import annotations

import asyncio
import contextvars
import sqlite3
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, TypeVar

from trellis.storage.sqlite_errors import as_storage_error

T = TypeVar("T")
# No unit waits much longer for its commit than the units before it take; an import of thousands of rows takes a transaction itself.
MOST_UNITS = 64
MOST_SECONDS = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class _Unit:
    """`work` takes the connection; one that `is_alone` takes nothing, and has transactions and a connection of its own."""

    work: Callable[..., Any]
    is_alone: bool
    context: contextvars.Context
    future: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class _Outcome:
    unit: _Unit
    value: Any = None
    error: BaseException | None = None


class SqliteWriter:
    """First come, first served. Belongs to one event loop; `connect` opens the connection when it is first needed."""

    def __init__(self, connect: Callable[[], sqlite3.Connection], executor: Executor) -> None:
        self._connect, self._executor = connect, executor
        self._connection: sqlite3.Connection | None = None
        self._waiting: deque[_Unit] = deque()
        self._is_busy = False

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Runs `work` in a thread, within a transaction that is committed before this returns. `work` may run more than once."""
        return await self._wait_for(work, is_alone=False)

    async def alone(self, work: Callable[[], T]) -> T:
        """Runs `work` in a thread while nothing else of this process writes to the file."""
        return await self._wait_for(work, is_alone=True)

    async def close(self) -> None:
        """Waits for what is under way."""
        await self.alone(lambda: None)
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def _wait_for(self, work: Callable[..., T], *, is_alone: bool) -> T:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Unit(work, is_alone, contextvars.copy_context(), future))
        if not self._is_busy:
            self._start()
        return await future

    def _start(self) -> None:
        future = asyncio.get_running_loop().run_in_executor(self._executor, self._take_turn)
        self._is_busy = True
        future.add_done_callback(self._ended)

    def _ended(self, turn: asyncio.Future[list[_Outcome]]) -> None:
        self._is_busy = False
        for outcome in turn.result():
            future = outcome.unit.future
            if future.done():  # its caller was cancelled meanwhile
                continue
            if outcome.error is None:
                future.set_result(outcome.value)
            else:
                future.set_exception(outcome.error)
        if self._waiting:
            self._start()

    # in the thread

    def _take_turn(self) -> list[_Outcome]:
        """Takes units off the queue and runs them: one that must be alone, or as many as may share a transaction."""
        if self._waiting[0].is_alone:
            return [_outcome(self._waiting.popleft())]
        taken: list[_Unit] = []
        try:
            return self._share(taken)
        except sqlite3.Error as error:
            if len(taken) == 1:
                return [_Outcome(taken[0], error=as_storage_error(error))]
            return [_by_itself(unit, self._opened()) for unit in taken]
        except BaseException as error:  # noqa: BLE001 - it is the caller's
            return [_Outcome(unit, error=error) for unit in taken]

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def _share(self, taken: list[_Unit]) -> list[_Outcome]:
        """Runs waiting units in one transaction and notes in `taken` which. Raises sqlite3.Error when it was not committed."""
        taken.append(self._waiting.popleft())
        connection = self._opened()
        with _Transaction(connection):
            outcomes = [_in_savepoint(taken[0], connection)]
            stop_at = time.monotonic() + MOST_SECONDS
            while self._waiting and not self._waiting[0].is_alone:
                if len(taken) == MOST_UNITS or time.monotonic() > stop_at:
                    break
                taken.append(self._waiting.popleft())
                outcomes.append(_in_savepoint(taken[-1], connection))
        return outcomes


class _Transaction:
    """BEGIN IMMEDIATE … COMMIT; ROLLBACK after an exception."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, error: object, *_: object) -> None:
        try:
            if error is None:
                self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")


def _in_savepoint(unit: _Unit, connection: sqlite3.Connection) -> _Outcome:
    """Takes back what the unit wrote when it fails. Raises sqlite3.Error when the whole transaction is lost with it."""
    connection.execute("SAVEPOINT unit")
    outcome = _outcome(unit, connection)
    if outcome.error is not None:
        connection.execute("ROLLBACK TO unit")
    connection.execute("RELEASE unit")
    return outcome


def _by_itself(unit: _Unit, connection: sqlite3.Connection) -> _Outcome:
    try:
        with _Transaction(connection):
            return _Outcome(unit, unit.context.run(unit.work, connection))
    except sqlite3.Error as error:
        return _Outcome(unit, error=as_storage_error(error))
    except BaseException as error:  # noqa: BLE001 - it is the caller's
        return _Outcome(unit, error=error)


def _outcome(unit: _Unit, *given: sqlite3.Connection) -> _Outcome:
    if unit.future.cancelled():
        return _Outcome(unit)
    try:
        return _Outcome(unit, unit.context.run(unit.work, *given))
    except BaseException as error:  # noqa: BLE001 - it is the caller's
        return _Outcome(unit, error=error)
