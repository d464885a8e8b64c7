"""Which reads of a SQLite tenant run in the event loop: those seen to be brief, and no others."""

from __future__ import annotations

import asyncio
import time
from typing import Any, cast

from trellis.query.pace import SHAPES, Pace
from trellis.query.query import Query

BRIEF, LONG = Query(object="lead", filter="a"), Query(object="lead", filter="b")


def take(pace: Pace, query: Query, seconds: float) -> None:
    async def work(transaction: Any, compiled: Any) -> None:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            pass

    asyncio.run(cast(Any, pace.timed(query, work))(None, None))


def test_a_shape_not_seen_yet_goes_to_a_thread() -> None:
    assert not Pace().is_brief(BRIEF)


def test_a_shape_is_brief_once_it_was_seen_to_be() -> None:
    pace = Pace()
    take(pace, BRIEF, 0)
    take(pace, LONG, 0.005)
    assert pace.is_brief(BRIEF)
    assert not pace.is_brief(LONG)


def test_a_shape_that_grew_long_goes_back_to_the_threads() -> None:
    pace = Pace()
    take(pace, BRIEF, 0)
    take(pace, BRIEF, 0.03)
    assert not pace.is_brief(BRIEF)


def test_other_values_and_pages_of_a_shape_share_what_is_known() -> None:
    pace = Pace()
    take(pace, Query(object="task", equals=(("lead", "1"),), cursor="x"), 0)
    assert pace.is_brief(Query(object="task", equals=(("lead", "2"),), cursor="y"))
    assert not pace.is_brief(Query(object="task", equals=(("owner", "2"),), cursor="y"))
    assert not pace.is_brief(Query(object="task", equals=(("lead", "2"),)))


def test_a_bounded_number_of_shapes_is_remembered() -> None:
    pace = Pace()
    for number in range(SHAPES + 10):
        pace._note(number, True)
    assert len(pace._is_brief) <= SHAPES
