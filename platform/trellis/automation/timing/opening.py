"""Puts together what fires the timers of a process: a handler for each kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from trellis.automation.approvals.reminders import KIND as APPROVAL_REMINDER
from trellis.automation.approvals.reminders import ReminderTimers
from trellis.automation.execute import Execution
from trellis.automation.hooks import Automation
from trellis.automation.run import Watch
from trellis.automation.set_off import SettingOff
from trellis.automation.timing.date_plans import DatePlans
from trellis.automation.timing.firing import Firing, utc_now
from trellis.automation.timing.handler import Handlers
from trellis.automation.timing.kinds import DATE, DELAY, PLAN_DATES, PLAN_SCHEDULE, SCHEDULE
from trellis.automation.timing.planning import plan_timers
from trellis.automation.timing.queue_hours import QUEUE_HOURS
from trellis.automation.timing.queue_timers import QueueTimers
from trellis.automation.timing.rule_timers import DelayTimers, TimeTimers
from trellis.automation.timing.schedules import Schedules
from trellis.records.resealing import RESEAL, ResealTimers
from trellis.security.access import Access


def build_firing(automation: Automation, access: Access, clock: Callable[[], datetime] = utc_now) -> Firing:
    """`access`: the rights of rules that run as the user."""
    return Firing(handlers=build_handlers(automation, access), plan=plan_timers, clock=clock)


def build_handlers(automation: Automation, access: Access, watch: Watch | None = None) -> Handlers:
    """Every kind of timer and what fires it. `watch` sees conditions decided."""
    setting_off = SettingOff(automation, Execution(automation, access).steps, watch)
    of_times = TimeTimers(setting_off)
    return {
        PLAN_SCHEDULE: Schedules(),
        PLAN_DATES: DatePlans(),
        SCHEDULE: of_times,
        DATE: of_times,
        DELAY: DelayTimers(setting_off),
        APPROVAL_REMINDER: ReminderTimers(),
        QUEUE_HOURS: QueueTimers(setting_off),
        RESEAL: ResealTimers(),
    }
