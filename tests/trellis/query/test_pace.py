"""Which reads of a SQLite tenant run in the event loop: those seen to be brief, and no others."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from trellis.query.pace import SHAPES, Pace
from trellis.query.query import Query

BRIEF, LONG = Query(object="lead", filter="a"), Query(object="lead", filter="b")


class Clocks:
    """A clock on the wall and one of the processor, both set by hand."""

    def __init__(self) -> None:
        self.s = self.cpu_s = 0.0
        self.pace = Pace(lambda: self.s, lambda: self.cpu_s)

    def take(self, query: Query, *, s: float = 0.0, cpu_s: float = 0.0) -> Pace:
        """Runs a query of the shape that takes so long."""

        async def work(transaction: Any, compiled: Any) -> None:
            self.s += s
            self.cpu_s += cpu_s

        asyncio.run(cast(Any, self.pace.timed(query, work))(None, None))
        return self.pace


def test_a_shape_not_seen_yet_goes_to_a_thread() -> None:
    assert not Pace().is_brief(BRIEF)


def test_a_shape_is_brief_once_it_was_seen_to_be() -> None:
    clocks = Clocks()
    clocks.take(BRIEF, s=0.015, cpu_s=0.0005)
    clocks.take(LONG, s=0.002, cpu_s=0.002)
    assert clocks.pace.is_brief(BRIEF)
    assert not clocks.pace.is_brief(LONG)


def test_a_shape_that_grew_long_or_waits_for_a_disk_goes_back_to_the_threads() -> None:
    clocks = Clocks()
    assert clocks.take(BRIEF).is_brief(BRIEF)
    assert not clocks.take(BRIEF, s=0.1).is_brief(BRIEF)


def test_other_values_and_pages_of_a_shape_share_what_is_known() -> None:
    pace = Clocks().take(Query(object="task", equals=(("lead", "1"),), cursor="x"))
    assert pace.is_brief(Query(object="task", equals=(("lead", "2"),), cursor="y"))
    assert not pace.is_brief(Query(object="task", equals=(("owner", "2"),), cursor="y"))
    assert not pace.is_brief(Query(object="task", equals=(("lead", "2"),)))


def test_a_bounded_number_of_shapes_is_remembered() -> None:
    pace = Pace()
    for number in range(SHAPES + 10):
        pace._note(number, True)
    assert len(pace._is_brief) <= SHAPES
