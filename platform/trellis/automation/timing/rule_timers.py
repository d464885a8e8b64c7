"""Fires the timers of records: of the `after …` parts of rules, and of rules that a time sets off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from rule_engine.rules.checked import Anniversary, Relative
from trellis.automation.compiling.rules import find_delayed, find_rule
from trellis.automation.hooks import Change, SaveContext
from trellis.automation.set_off import Cause, SettingOff
from trellis.automation.timing.calendars import calendars_of
from trellis.automation.timing.dates import dues_of
from trellis.automation.timing.handler import DueTimer, Fired
from trellis.automation.timing.time_rules import TimeRule, time_rules


class DelayTimers:
    """Runs what the rules in force say by now; a rule that is gone, inactive or has fewer parts fires nothing."""

    def __init__(self, setting_off: SettingOff) -> None:
        self._setting_off = setting_off

    async def fire(self, context: SaveContext, timers: Sequence[DueTimer]) -> Fired:
        by_cause: dict[str, list[DueTimer]] = {}
        for timer in timers:
            by_cause.setdefault(repr(sorted(timer.payload.items())), []).append(timer)
        count, refused = 0, dict[str, str]()
        for some in by_cause.values():
            fired = await self._fire_part(context, some[0].payload["number"], some)
            count += fired.count
            refused |= fired.refused
        return Fired(count=count, refused=refused)

    async def _fire_part(self, context: SaveContext, number: int, timers: Sequence[DueTimer]) -> Fired:
        object_name, rule_name = timers[0].object or "", timers[0].rule or ""
        if object_name not in context.compiled.model.objects:
            return Fired(count=0)
        rule = find_delayed(context.compiled, object_name, rule_name, number)
        if rule is None:
            return Fired(count=0)
        by_record = {timer.record_id: timer for timer in timers if timer.record_id is not None}
        cause = Cause(
            rule=rule,
            parts={one: f"@{timer.due_at.isoformat()}#{number}" for one, timer in by_record.items()},
            given=timers[0].payload["given"],
            parameters=timers[0].payload["parameters"],
            was_waiting=True,
        )
        result = await self._setting_off.set_off(context, object_name, cause)
        return Fired(
            count=len(result.fired),
            refused={by_record[one].id: reason for one, reason in result.refused.items()},
        )


class TimeTimers:
    """Sets off the rule of a schedule or a date trigger for the records that it came round for. One that is due twice by now, after a
    standstill, is fired for once."""

    def __init__(self, setting_off: SettingOff) -> None:
        self._setting_off = setting_off

    async def fire(self, context: SaveContext, timers: Sequence[DueTimer]) -> Fired:
        known = time_rules(context.compiled)
        by_record: dict[str, list[tuple[TimeRule, DueTimer]]] = {}
        for timer in timers:
            time_rule = known.get(timer.payload["trigger"])
            if time_rule is not None and timer.record_id is not None:
                by_record.setdefault(timer.record_id, []).append((time_rule, timer))
        if not by_record:
            return Fired(count=0)
        time_rule, _ = next(iter(by_record.values()))[0]
        rule = find_rule(context.compiled, time_rule.object, time_rule.rule)
        assert rule is not None, "it has an active trigger"

        def concerns(change: Change) -> bool:
            return any(_stands(context, due_by, timer, change) for due_by, timer in by_record[change.id])

        latest = {one: several[-1][1] for one, several in by_record.items()}
        cause = Cause(
            rule=rule,
            parts={one: f"@{timer.due_at.isoformat()}" for one, timer in latest.items()},
            concerns=concerns,
            was_waiting=not time_rule.is_schedule,
        )
        result = await self._setting_off.set_off(_by_its_clock(context, time_rule), time_rule.object, cause)
        refused = {latest[one].id: reason for one, reason in result.refused.items()}
        return Fired(count=len(result.fired), refused=refused)


def _stands(context: SaveContext, rule: TimeRule, timer: DueTimer, change: Change) -> bool:
    """Whether the record's date still makes it due then."""
    if not isinstance(rule.trigger, Relative | Anniversary):
        return True
    value: date | None = change.values.get(rule.trigger.field)
    moment = timer.due_at
    return value is not None and moment in dues_of(
        rule.trigger, value, calendars_of(context.compiled), moment - timedelta(milliseconds=1), moment
    )


def _by_its_clock(context: SaveContext, rule: TimeRule) -> SaveContext:
    """What day it is depends on the clock that the times of the rule are of."""
    zone = calendars_of(context.compiled).zone(rule.trigger.calendar)
    return replace(context, actor=replace(context.actor, time_zone=getattr(zone, "key", "UTC")))
