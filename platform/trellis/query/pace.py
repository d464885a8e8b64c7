"""How long each shape of query took, so that those that take next to nothing need not go to a thread and back.

A SQLite tenant reads in the server's own process. The way to a worker thread costs more than a page served by an index, while a scan in
the event loop would hold up everybody: so a shape runs where the request stands once it has been seen to be brief, and goes back to
the threads as soon as it is not.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Hashable
from typing import TypeVar

from trellis.query.query import Query
from trellis.storage.database import Transaction
from trellis.tenancy.compiled import CompiledModel

T = TypeVar("T")
Clock = Callable[[], float]
Work = Callable[[Transaction, CompiledModel], Awaitable[T]]

BRIEF_CPU_S = 0.001
BRIEF_S = 0.02
SHAPES = 1_000


class Pace:
    """What is known of one tenant's queries at one revision; a bounded number of shapes, the oldest forgotten first."""

    def __init__(self, clock: Clock = time.perf_counter, cpu_clock: Clock = time.thread_time) -> None:
        self._clock = clock
        self._cpu_clock = cpu_clock
        self._is_brief: dict[Hashable, bool] = {}

    def is_brief(self, query: Query) -> bool:
        """False for a shape that was not seen yet."""
        return self._is_brief.get(_shape(query), False)

    def timed(self, query: Query, work: Work[T]) -> Work[T]:
        """`work`, which notes how long it took. The processor's time tells a page from a scan even on a busy machine; the time on the
        clock tells whether it had to wait for a disk."""

        async def run(transaction: Transaction, compiled: CompiledModel) -> T:
            started, started_cpu = self._clock(), self._cpu_clock()
            result = await work(transaction, compiled)
            took_cpu_s, took_s = self._cpu_clock() - started_cpu, self._clock() - started
            self._note(_shape(query), took_cpu_s < BRIEF_CPU_S and took_s < BRIEF_S)
            return result

        return run

    def _note(self, shape: Hashable, is_brief: bool) -> None:
        if shape not in self._is_brief and len(self._is_brief) >= SHAPES:
            self._is_brief.clear()
        self._is_brief[shape] = is_brief


def pace_of(compiled: CompiledModel, reading: str) -> Pace:
    """`reading`: what is made of the rows, such as "page"."""
    return compiled.prepared(("query", "pace", reading), Pace)


def _shape(query: Query) -> Hashable:
    return (
        query.object,
        query.fields,
        query.filter,
        query.sort,
        tuple(path for path, _ in query.equals),
        query.cursor is None,
        query.limit,
    )
