"""What starts a rule, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

from rule_engine.rules.checked import (
    Anniversary,
    Called,
    Created,
    Cron,
    Deleted,
    Every,
    FieldChanges,
    Inbound,
    Relative,
    Restored,
    Saved,
    Trigger,
    Updated,
)
from rule_engine.targets.outline.phrases import UNITS
from rule_engine.targets.outline.teller import Teller


def say_triggers(teller: Teller, triggers: Sequence[Trigger]) -> str:
    return teller.say("when", events=teller.choice([_say(teller, one) for one in triggers]))


def _say(teller: Teller, trigger: Trigger) -> str:
    thing = teller.thing(teller.object)
    match trigger:
        case Created():
            return teller.say("created", object=thing)
        case Updated():
            return teller.say("updated", object=thing)
        case Saved():
            return teller.say("saved", object=thing)
        case Deleted():
            return teller.say("deleted", object=thing)
        case Restored():
            return teller.say("restored", object=thing)
        case FieldChanges():
            return _changes(teller, trigger)
        case Every():
            return _every(teller, trigger)
        case Cron():
            return teller.say("cron", expression=trigger.expression, calendar=teller.calendar(trigger.calendar))
        case Relative():
            return teller.say(
                trigger.direction, duration=teller.duration(trigger.duration), **_of_field(teller, trigger)
            )
        case Anniversary():
            return teller.say("anniversary", **_of_field(teller, trigger))
        case Inbound(matching=None):
            return teller.say("inbound", event=trigger.event)
        case Inbound(matching=matching):
            assert matching is not None
            return teller.say("matching", event=trigger.event, condition=teller.formula(matching))
        case Called():
            return teller.say("called")


def _changes(teller: Teller, trigger: FieldChanges) -> str:
    ends = {
        name: teller.value(value, trigger.field)
        for name, value in (("before", trigger.before), ("after", trigger.after))
        if value is not None
    }
    phrase = {0: "changes", 2: "changes from to"}.get(len(ends), "changes to" if "after" in ends else "changes from")
    return teller.say(phrase, field=teller.field(trigger.field), **ends)


def _every(teller: Teller, trigger: Every) -> str:
    place = 0 if teller.language == "en" else 1
    units = teller.items([UNITS[unit][place] if unit in UNITS else unit for unit in trigger.units])
    rest = {"times": _times(teller, trigger.times), "calendar": teller.calendar(trigger.calendar)}
    if trigger.day is not None:
        return teller.say("every day of", day=trigger.day, units=units, **rest)
    if trigger.interval != 1:
        plural = f"{units}s" if teller.language == "en" else units
        return teller.say("every several", number=trigger.interval, units=plural, **rest)
    return teller.say("every", units=units, **rest)


def _of_field(teller: Teller, trigger: Relative | Anniversary) -> dict[str, str]:
    return {
        "field": teller.field(trigger.field),
        "times": _times(teller, trigger.times),
        "calendar": teller.calendar(trigger.calendar),
    }


def _times(teller: Teller, times: Sequence[time]) -> str:
    return teller.say("at", times=teller.items([f"{one:%H:%M}" for one in times])) if times else ""
