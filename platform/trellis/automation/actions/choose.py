"""Which member of a queue gets which record: reads who sits there, whose turn it is and what they own, and lets the strategy choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rule_engine import UnsupportedOnTarget
from rule_engine.rules.checked import LeastLoaded, Limits, Sticky, ToQueue, Weighted
from trellis.automation.keepers import fetch_keepers
from trellis.automation.loads import count_loads
from trellis.automation.queues import fetch_members, take_turns
from trellis.automation.run import Run
from trellis.automation.steps import Row
from trellis.automation.strategies import (
    Member,
    choose_by_weight,
    choose_in_turn,
    choose_kept,
    choose_least_loaded,
)


async def choose_members(run: Run, row: Row, assignee: ToQueue, indexes: Sequence[int]) -> Sequence[str | None]:
    """For each record a user id, None: nobody may get it. At most four statements. The turns' lock makes saves at the same time count
    one after the other."""
    transaction, compiled = run.context.transaction, run.context.compiled
    members = _seated(assignee, (await fetch_members(transaction, compiled, [assignee.queue]))[assignee.queue])
    if not members:
        return [None] * len(indexes)
    count = len(indexes)
    start = await take_turns(transaction, compiled, f"queue:{assignee.queue}", count)
    strategy, limits = assignee.strategy, assignee.limits
    if isinstance(strategy, LeastLoaded):
        counted = Limits(object=strategy.object, condition=strategy.condition)
        return choose_least_loaded(members, await _loads(run, counted, members), start, count, strategy.capacity)
    if isinstance(strategy, Sticky) or limits.capacity is not None:
        loads = {} if limits.capacity is None else await _loads(run, limits, members)
        values, keepers = await _kept(run, row, strategy, members, indexes)
        return choose_kept(members, start, values, keepers, loads, limits.capacity)
    if isinstance(strategy, Weighted):
        return choose_by_weight(members, start, count)
    return choose_in_turn(members, start, count)


def _seated(assignee: ToQueue, members: Sequence[Member]) -> Sequence[Member]:
    """Those that the strategy is about, with the weights that it gives them; everybody's weight is 1 otherwise."""
    if not isinstance(assignee.strategy, Weighted):
        return [replace(member, weight=1) for member in members]
    wanted = dict(assignee.strategy.weights)
    return [replace(member, weight=wanted[member.username]) for member in members if member.username in wanted]


async def _loads(run: Run, limits: Limits, members: Sequence[Member]) -> Mapping[str, int]:
    return await count_loads(
        run.context.transaction,
        run.context.compiled,
        run.views.evaluation(0),
        object_name=limits.object or run.object_name,
        condition=limits.condition,
        users=[member.user_id for member in members],
    )


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
