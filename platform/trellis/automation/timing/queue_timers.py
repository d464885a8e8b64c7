"""Fires the timers of records that wait for the hours of a queue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count, takewhile

from rule_engine.rules.checked import ToQueue
from rule_engine.rules.index import ConditionIndex
from trellis.automation.compiling.rules import find_delayed, find_rule
from trellis.automation.hooks import Change, SaveContext
from trellis.automation.set_off import Cause, SettingOff
from trellis.automation.steps import AssignStep, BranchStep, CompiledRule, Row, Step
from trellis.automation.timing.handler import DueTimer, Fired
from trellis.tenancy.compiled import CompiledModel


class QueueTimers:
    """Hands out what still waits, by the row that put it there: that of its line, or another of the rule for the queue and hours. When
    the rule says nothing of the kind any more, the records wait on."""

    def __init__(self, setting_off: SettingOff) -> None:
        self._setting_off = setting_off

    async def fire(self, context: SaveContext, timers: Sequence[DueTimer]) -> Fired:
        by_row: dict[tuple[str, int], list[DueTimer]] = {}
        for timer in timers:
            by_row.setdefault((timer.payload["queue"], timer.payload["line"]), []).append(timer)
        total, refused = 0, dict[str, str]()
        for (queue, line), some in by_row.items():
            fired = await self._fire_row(context, queue, line, some)
            total += fired.count
            refused |= fired.refused
        return Fired(count=total, refused=refused)

    async def _fire_row(self, context: SaveContext, queue: str, line: int, timers: Sequence[DueTimer]) -> Fired:
        object_name, rule_name = timers[0].object or "", timers[0].rule or ""
        if object_name not in context.compiled.model.objects:
            return Fired(count=0)
        rule = _handing_out(context.compiled, object_name, rule_name, queue, line)
        if rule is None:
            return Fired(count=0)

        def waits(change: Change) -> bool:
            return change.values["owner"] is None and change.values["owner_queue"] == queue

        by_record = {timer.record_id: timer for timer in timers if timer.record_id is not None}
        parts = {one: f"@{timer.due_at.isoformat()}" for one, timer in by_record.items()}
        result = await self._setting_off.set_off(context, object_name, Cause(rule=rule, parts=parts, concerns=waits))
        refused = {by_record[one].id: reason for one, reason in result.refused.items()}
        return Fired(count=len(result.fired), refused=refused)


def _handing_out(
    compiled: CompiledModel, object_name: str, rule_name: str, queue: str, line: int
) -> CompiledRule | None:
    """The rule with nothing in it but the row."""
    whole = find_rule(compiled, object_name, rule_name)
    delayed = takewhile(
        lambda rule: rule is not None,
        (find_delayed(compiled, object_name, rule_name, number) for number in count()),
    )
    found = [
        (rule, row)
        for rule in (whole, *delayed)
        if rule is not None
        for row in _rows(rule.before)
        if isinstance(row.assignee, ToQueue) and row.assignee.queue == queue and row.assignee.limits.hours is not None
    ]
    if not found:
        return None
    rule, row = next((pair for pair in found if pair[1].line == line), found[0])
    step = AssignStep(rows=(replace(row, condition=None),), index=ConditionIndex([None]))
    return replace(rule, condition=None, before=(step,), after=(), calls=())


def _rows(steps: Sequence[Step]) -> Iterator[Row]:
    for step in steps:
        if isinstance(step, AssignStep):
            yield from step.rows
        elif isinstance(step, BranchStep):
            yield from _rows((*step.then, *step.otherwise))
