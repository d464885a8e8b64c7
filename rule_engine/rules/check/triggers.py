"""Checks what starts a rule."""

from __future__ import annotations

from datetime import time

from rule_engine.diagnosis import did_you_mean
from rule_engine.rules import checked
from rule_engine.rules.check.checking import Checking, RuleObject
from rule_engine.rules.check.parameters import check_parameters
from rule_engine.rules.check.schedule import (
    DAYS,
    UNIT_NAMES,
    UNITS,
    find_cron_problem,
    find_every_problem,
    is_time_of_day,
    units_of,
)
from rule_engine.rules.check.surroundings import with_given
from rule_engine.rules.check.values import check_constant
from rule_engine.rules.syntax import triggers
from rule_engine.rules.syntax.node import Duration, TimeOfDay, Word
from rule_engine.rules.syntax.triggers import When
from rule_engine.types import Kind
from rule_engine.wording import say

_DATES = (Kind.DATE, Kind.DATETIME)
_BUSINESS_UNITS = ("minute", "hour", "day")
_LONGEST = {"minute": 52_560_000, "hour": 876_000, "day": 36_500, "week": 5_200, "month": 1_200, "year": 100}


def check_when(checking: Checking, when: When, owner: RuleObject) -> tuple[checked.Trigger, ...]:
    """The triggers that are right; what is wrong is reported."""
    found = (_check_trigger(checking, trigger, owner) for trigger in when.triggers)
    return tuple(trigger for trigger in found if trigger is not None)


def with_what_triggers_give(when: When, found: tuple[checked.Trigger, ...], owner: RuleObject) -> RuleObject:
    """The object as the rest of the rule sees it: with parameters and the event."""
    parameters = dict(pair for trigger in found if isinstance(trigger, checked.Called) for pair in trigger.parameters)
    has_event = any(isinstance(trigger, triggers.InboundTrigger) for trigger in when.triggers)
    return with_given(owner, parameters, has_event=has_event)


def _check_trigger(checking: Checking, trigger: triggers.Trigger, owner: RuleObject) -> checked.Trigger | None:
    match trigger:
        case triggers.EventTrigger():
            return _check_event(trigger)
        case triggers.ChangesTrigger():
            return _check_changes(checking, trigger, owner)
        case triggers.CalledTrigger():
            return checked.Called(parameters=check_parameters(checking, trigger.parameters, owner))
        case triggers.InboundTrigger():
            return _check_inbound(checking, trigger, owner)
        case triggers.EveryTrigger():
            return _check_every(checking, trigger)
        case triggers.CronTrigger():
            return _check_cron(checking, trigger)
        case triggers.RelativeTrigger() | triggers.AnniversaryTrigger():
            return _check_date_trigger(checking, trigger, owner)


def _check_event(trigger: triggers.EventTrigger) -> checked.Trigger:
    match trigger.event:
        case "created":
            return checked.Created()
        case "updated":
            return checked.Updated()
        case "saved":
            return checked.Saved()
        case "deleted":
            return checked.Deleted()
        case "restored":
            return checked.Restored()


def _check_inbound(checking: Checking, trigger: triggers.InboundTrigger, owner: RuleObject) -> checked.Inbound | None:
    matching = None
    if trigger.matching is not None:
        matching = checking.condition(trigger.matching, with_given(owner, {}, has_event=True).scope)
        if matching is None:
            return None
    return checked.Inbound(event=trigger.event.text, matching=matching)


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


def _check_cron(checking: Checking, trigger: triggers.CronTrigger) -> checked.Cron:
    problem = find_cron_problem(trigger.expression.value)
    if problem:
        checking.report(
            "bad_schedule", problem, trigger.expression, say('An example: "15 2 * * *" is 02:15 every day.')
        )
    return checked.Cron(
        expression=" ".join(trigger.expression.value.lower().split()),
        calendar=check_calendar(checking, trigger.calendar),
    )


def _check_every(checking: Checking, trigger: triggers.EveryTrigger) -> checked.Every:
    for unit in trigger.units:
        if unit.name not in (*DAYS, *UNITS):
            hint = did_you_mean(unit.text, (*DAYS, *UNITS)) or say(
                "Such as: every day, every monday, every 15 minutes."
            )
            checking.report(
                "bad_schedule", say('"%(name)s" is no day and no unit of time.', name=unit.text), unit, hint
            )
    names = [unit.name for unit in trigger.units]
    problem = find_every_problem(names, trigger.interval, trigger.day, has_times=bool(trigger.times))
    if problem:
        checking.report("bad_schedule", problem, trigger)
    units, factor = units_of(names)
    return checked.Every(
        units=units,
        interval=(trigger.interval or 1) * factor,
        day=trigger.day,
        times=check_times(checking, trigger.times),
        calendar=check_calendar(checking, trigger.calendar),
    )


def _check_date_trigger(
    checking: Checking, trigger: triggers.RelativeTrigger | triggers.AnniversaryTrigger, owner: RuleObject
) -> checked.Relative | checked.Anniversary | None:
    info = checking.field(owner, trigger.field)
    if info is not None and info.type.kind not in _DATES:
        checking.report_wrong_type(
            trigger.field,
            "date or datetime",
            info.type,
            say('The field "%(field)s" of a date trigger', field=trigger.field.text),
        )
    if info is not None and not info.is_writable and not info.is_system:
        message = say(
            'The field "%(field)s" is computed, and a date trigger goes by a stored one.', field=trigger.field.text
        )
        checking.report("bad_schedule", message, trigger.field)
    times = check_times(checking, trigger.times)
    calendar = check_calendar(checking, trigger.calendar)
    field = trigger.field.name
    if isinstance(trigger, triggers.AnniversaryTrigger):
        return checked.Anniversary(field=field, times=times, calendar=calendar)
    if times and trigger.duration.unit in ("minute", "hour"):
        message = say(
            "A time of day does not go with %(unit)ss: those count from the moment itself.", unit=trigger.duration.unit
        )
        checking.report("bad_schedule", message, trigger.times[0], say("Leave one of them out."))
    return checked.Relative(
        duration=check_duration(checking, trigger.duration),
        direction=trigger.direction,
        field=field,
        times=times,
        calendar=calendar,
    )


def check_duration(checking: Checking, duration: Duration) -> checked.Duration:
    unit = UNIT_NAMES[duration.unit]
    if duration.is_business and unit not in _BUSINESS_UNITS:
        message = say("There are no business %(unit)ss, only business minutes, hours and days.", unit=unit)
        checking.report("bad_schedule", message, duration)
    if duration.count > _LONGEST[unit]:
        checking.report("bad_schedule", say("That is more than 100 years."), duration)
    return checked.Duration(
        amount=duration.count,
        unit=unit,
        is_business=duration.is_business,
        calendar=check_calendar(checking, duration.calendar),
    )


def check_times(checking: Checking, times: tuple[TimeOfDay, ...]) -> tuple[time, ...]:
    found: list[time] = []
    for each in times:
        if is_time_of_day(each.text):
            hours, _, minutes = each.text.partition(":")
            found.append(time(int(hours), int(minutes)))
        else:
            checking.report(
                "bad_schedule", say("%(time)s is no time of day.", time=each.text), each, say("From 00:00 to 23:59.")
            )
    return tuple(found)


def check_calendar(checking: Checking, calendar: Word | None) -> str | None:
    if calendar is None:
        return None
    checking.is_known("calendar", calendar, checking.names.calendars())
    return calendar.name
