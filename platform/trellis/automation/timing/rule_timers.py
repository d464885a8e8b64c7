"""Fires the timers that rules set for records: of their `after …` parts."""

from __future__ import annotations

from collections.abc import Sequence

from trellis.automation.compiling.rules import find_delayed
from trellis.automation.hooks import SaveContext
from trellis.automation.set_off import Cause, SettingOff
from trellis.automation.timing.handler import DueTimer, Fired


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
        )
        result = await self._setting_off.set_off(context, object_name, cause)
        return Fired(
            count=len(result.fired),
            refused={by_record[one].id: reason for one, reason in result.refused.items()},
        )
