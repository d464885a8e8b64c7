"""Checks what starts a rule."""

from __future__ import annotations

from rule_engine.diagnosis import did_you_mean
from rule_engine.rules import checked
from rule_engine.rules.check.checking import Checking, RuleObject
from rule_engine.rules.check.schedule import DAYS, UNITS, find_cron_problem, is_time_of_day
from rule_engine.rules.check.values import check_constant
from rule_engine.rules.syntax import triggers
from rule_engine.rules.syntax.node import Duration, TimeOfDay, Word
from rule_engine.rules.syntax.triggers import When
from rule_engine.types import Kind

_DATES = (Kind.DATE, Kind.DATETIME)


def check_when(checking: Checking, when: When, owner: RuleObject) -> tuple[checked.Trigger, ...]:
    """The triggers that run now; what is wrong or not available yet is reported."""
    found = (_check_trigger(checking, trigger, owner) for trigger in when.triggers)
    return tuple(trigger for trigger in found if trigger is not None)


def _check_trigger(checking: Checking, trigger: triggers.Trigger, owner: RuleObject) -> checked.Trigger | None:
    match trigger:
        case triggers.EventTrigger(event="created"):
            return checked.Created()
        case triggers.EventTrigger(event="updated"):
            return checked.Updated()
        case triggers.EventTrigger(event="saved"):
            return checked.Saved()
        case triggers.EventTrigger():
            checking.refuse(f'The trigger "{trigger.event}"', trigger)
        case triggers.ChangesTrigger():
            return _check_changes(checking, trigger, owner)
        case triggers.CalledTrigger():
            checking.refuse('The trigger "called"', trigger)
        case triggers.InboundTrigger():
            checking.refuse("An inbound event", trigger)
        case triggers.EveryTrigger() | triggers.CronTrigger():
            with checking.coming("A schedule", trigger):
                _check_schedule(checking, trigger)
        case triggers.RelativeTrigger() | triggers.AnniversaryTrigger():
            with checking.coming("A trigger relative to a date", trigger):
                _check_date_trigger(checking, trigger, owner)
    return None


def _check_changes(
    checking: Checking, trigger: triggers.ChangesTrigger, owner: RuleObject
) -> checked.FieldChanges | None:
    info = checking.field(owner, trigger.field)
    if info is None:
        return None
    constants = [
        None if constant is None else check_constant(checking, constant, trigger.field.text, info)
        for constant in (trigger.before, trigger.after)
    ]
    return checked.FieldChanges(field=trigger.field.name, before=constants[0], after=constants[1])


def _check_schedule(checking: Checking, trigger: triggers.EveryTrigger | triggers.CronTrigger) -> None:
    if isinstance(trigger, triggers.CronTrigger):
        problem = find_cron_problem(trigger.expression.value)
        if problem:
            checking.report("bad_schedule", problem, trigger.expression, 'An example: "15 2 * * *" is 02:15 every day.')
    else:
        for unit in trigger.units:
            if unit.name not in (*DAYS, *UNITS):
                hint = did_you_mean(unit.text, (*DAYS, *UNITS)) or "Such as: every day, every monday, every 15 minutes."
                checking.report("bad_schedule", f'"{unit.text}" is no day and no unit of time.', unit, hint)
        if trigger.interval == 0 or (trigger.day is not None and not 1 <= trigger.day <= 31):
            checking.report("bad_schedule", "There is no such interval or day of the month.", trigger)
        check_times(checking, trigger.times)
    check_calendar(checking, trigger.calendar)


def _check_date_trigger(
    checking: Checking, trigger: triggers.RelativeTrigger | triggers.AnniversaryTrigger, owner: RuleObject
) -> None:
    info = checking.field(owner, trigger.field)
    if info is not None and info.type.kind not in _DATES:
        checking.report_wrong_type(
            trigger.field, "date or datetime", info.type, f'The field "{trigger.field.text}" of a date trigger'
        )
    if isinstance(trigger, triggers.RelativeTrigger):
        check_duration(checking, trigger.duration)
    check_times(checking, trigger.times)
    check_calendar(checking, trigger.calendar)


def check_duration(checking: Checking, duration: Duration) -> None:
    check_calendar(checking, duration.calendar)


def check_times(checking: Checking, times: tuple[TimeOfDay, ...]) -> None:
    for time in times:
        if not is_time_of_day(time.text):
            checking.report("bad_schedule", f"{time.text} is no time of day.", time, "From 00:00 to 23:59.")


def check_calendar(checking: Checking, calendar: Word | None) -> None:
    if calendar is not None:
        checking.is_known("calendar", calendar, checking.coming_names.calendars)
