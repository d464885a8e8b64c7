"""Puts together what fires the timers of a process: a handler for each kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from trellis.automation.approvals.reminders import KIND as APPROVAL_REMINDER
from trellis.automation.approvals.reminders import ReminderTimers
from trellis.automation.execute import Execution
from trellis.automation.hooks import Automation
from trellis.automation.set_off import SettingOff
from trellis.automation.timing.firing import Firing, utc_now
from trellis.automation.timing.handler import Handlers
from trellis.automation.timing.kinds import DELAY
from trellis.automation.timing.rule_timers import DelayTimers
from trellis.security.access import Access


def build_firing(automation: Automation, access: Access, clock: Callable[[], datetime] = utc_now) -> Firing:
    """`access`: the rights of rules that run as the user."""
    return Firing(handlers=build_handlers(automation, access), clock=clock)


def build_handlers(automation: Automation, access: Access) -> Handlers:
    """Every kind of timer and what fires it."""
    setting_off = SettingOff(automation, Execution(automation, access).steps)
    return {DELAY: DelayTimers(setting_off), APPROVAL_REMINDER: ReminderTimers()}
