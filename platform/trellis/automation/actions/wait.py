"""`after 2 days …`: a timer for each record that the rule fired for."""

from __future__ import annotations

from collections.abc import Sequence

from trellis.automation.run import Run
from trellis.automation.steps import WaitStep
from trellis.automation.timing.calendars import calendars_of
from trellis.automation.timing.kinds import DELAY, delay_key
from trellis.automation.timing.timers import Timer, write_timers
from trellis.automation.timing.wall_clock import BeyondCalendar


async def set_delays(run: Run, step: WaitStep, indexes: Sequence[int]) -> None:
    """One executemany. A delay that still runs from an earlier time begins anew. Raises RuleFailed when a time never comes."""
    context, calendars = run.context, calendars_of(run.context.compiled)
    views = [run.views.values(index) for index in indexes]
    parameters = {
        index: {name: view[name] for name in step.parameters} for index, view in zip(indexes, views, strict=True)
    }
    timers: list[Timer] = []
    for number, (duration, line) in enumerate(step.delays):
        try:
            due_at = calendars.shift(context.now, duration)
        except BeyondCalendar as error:
            raise run.failed(indexes[0], f"the time of line {line} never comes") from error
        for index in indexes:
            record_id = run.changes[index].id
            timer = Timer(
                key=delay_key(run.object_name, run.rule, number, record_id),
                kind=DELAY,
                due_at=due_at,
                payload={"number": number, "given": dict(run.given), "parameters": parameters[index]},
                object=run.object_name,
                record_id=record_id,
                rule=run.rule,
                actor_id=context.actor.user_id,
            )
            timers.append(timer)
            run.note(index, "wait", line=line, value=due_at)
    await write_timers(context, timers)
