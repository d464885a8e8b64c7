"""Which member of a queue gets which record: reads who sits there, whose turn it is and what they own, and lets the strategy choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rule_engine import UnsupportedOnTarget
from rule_engine.rules.checked import LeastLoaded, Sticky, ToQueue, Weighted
from trellis.automation.keepers import fetch_keepers
from trellis.automation.loads import count_loads
from trellis.automation.queues import fetch_members, take_turns
from trellis.automation.run import Run
from trellis.automation.steps import Row
from trellis.automation.strategies import (
    Loads,
    Member,
    choose_by_weight,
    choose_in_turn,
    choose_kept,
    choose_least_loaded,
    no_loads,
)
from trellis.automation.timing.queue_hours import is_within_hours, wait_for_hours


async def choose_members(run: Run, row: Row, assignee: ToQueue, indexes: Sequence[int]) -> Sequence[str | None]:
    """For each record a user id, None: nobody may get it now. Outside of
    the hours they wait for those. At most four statements. The turns' lock makes saves at the same time
    count one after the other."""
    transaction, compiled = run.context.transaction, run.context.compiled
    nobody = [None] * len(indexes)
    if not is_within_hours(run, assignee):
        await wait_for_hours(run, row, assignee, indexes)
        return nobody
    sitting = (await fetch_members(transaction, compiled, [assignee.queue]))[assignee.queue]
    members = _seated(assignee, [member for member in sitting if member.user_id not in run.passed_over])
    if not members:
        return nobody
    count = len(indexes)
    start = await take_turns(transaction, compiled, f"queue:{assignee.queue}", count)
    strategy, capacity = assignee.strategy, assignee.limits.capacity
    if isinstance(strategy, LeastLoaded):
        return choose_least_loaded(members, await _loads(run, row, members, indexes), start, capacity)
    if isinstance(strategy, Sticky) or capacity is not None:
        loads = no_loads(count) if capacity is None else await _loads(run, row, members, indexes)
        values, keepers = await _kept(run, row, strategy, members, indexes)
        return choose_kept(members, start, values, keepers, loads, capacity)
    if isinstance(strategy, Weighted):
        return choose_by_weight(members, start, count)
    return choose_in_turn(members, start, count)


def _seated(assignee: ToQueue, members: Sequence[Member]) -> Sequence[Member]:
    """Those that the strategy is about, with the weights that it gives them; everybody's weight is 1 otherwise."""
    if not isinstance(assignee.strategy, Weighted):
        return [replace(member, weight=1) for member in members]
    wanted = dict(assignee.strategy.weights)
    return [replace(member, weight=wanted[member.username]) for member in members if member.username in wanted]


async def _loads(run: Run, row: Row, members: Sequence[Member], indexes: Sequence[int]) -> Loads:
    counted = row.counted
    assert counted is not None, "compiled with the row of a queue"
    try:
        return await count_loads(
            run.context.transaction,
            run.context.compiled,
            run.views.evaluation(indexes[0]),
            object_name=counted.object,
            condition=counted.condition,
            groups=[tuple(run.evaluate(part, index) for part in counted.parts) for index in indexes],
            users=[member.user_id for member in members],
        )
    except UnsupportedOnTarget as error:
        source = counted.condition.source if counted.condition else ""
        raise run.failed(indexes[0], f"by {counted.object} where {source}: {error}") from error


async def _kept(
    run: Run, row: Row, strategy: object, members: Sequence[Member], indexes: Sequence[int]
) -> tuple[Sequence[Any], Mapping[Any, str]]:
    """The value that each record has at the path of a sticky strategy, and who keeps which."""
    if row.kept_by is None or not isinstance(strategy, Sticky):
        return [None] * len(indexes), {}
    values = [run.evaluate(row.kept_by, index) for index in indexes]
    path = strategy.path.references[0].path
    try:
        keepers = await fetch_keepers(
            run.context.transaction,
            run.context.compiled,
            object_name=run.object_name,
            path=path,
            values={value for value in values if value is not None},
            users=[member.user_id for member in members],
            but=[run.changes[index].id for index in indexes],
        )
    except UnsupportedOnTarget as error:
        raise run.failed(indexes[0], f"sticky by {strategy.path.source}: {error}") from error
    return values, keepers
