"""Records that came to a queue outside of its hours: when those begin, they are handed out as they would have been."""

from __future__ import annotations

from collections.abc import Sequence

from rule_engine.rules.checked import Duration, ToQueue
from trellis.automation.run import Run
from trellis.automation.steps import Row
from trellis.automation.timing.calendars import calendars_of
from trellis.automation.timing.timers import Timer, write_timers
from trellis.automation.timing.wall_clock import BeyondCalendar

QUEUE_HOURS = "queue hours"
_AT_ONCE = Duration(amount=0, unit="minute", is_business=True)


def is_within_hours(run: Run, assignee: ToQueue) -> bool:
    """Whether people work now, by the calendar that the strategy names."""
    hours = assignee.limits.hours
    return hours is None or calendars_of(run.context.compiled).business_time(hours).is_open(run.context.now)


async def wait_for_hours(run: Run, row: Row, assignee: ToQueue, indexes: Sequence[int]) -> None:
    """One executemany. A calendar without any hours to come leaves them waiting."""
    context = run.context
    try:
        opens_at = calendars_of(context.compiled).business_time(assignee.limits.hours).add(context.now, _AT_ONCE)
    except BeyondCalendar:
        return
    timers = [
        Timer(
            key=f"{QUEUE_HOURS}\x1f{run.object_name}\x1f{run.changes[index].id}",
            kind=QUEUE_HOURS,
            due_at=opens_at,
            payload={"queue": assignee.queue, "line": row.line},
            object=run.object_name,
            record_id=run.changes[index].id,
            rule=run.rule,
        )
        for index in indexes
    ]
    await write_timers(context, timers)
