"""Builds the parts of `when …`: one function for one rule of grammar/rules.lark."""

from __future__ import annotations

from typing import Any

from rule_engine.rules.building.leaves import whole_number
from rule_engine.rules.building.parts import Parts
from rule_engine.rules.syntax import triggers
from rule_engine.rules.syntax.node import Node, TimeOfDay, Word
from rule_engine.rules.syntax.triggers import Parameter, When


def when(parts: Parts) -> When:
    found: tuple[Any, ...] = parts.every(Node)
    return When(triggers=found, **parts.place)


def event_trigger(parts: Parts) -> triggers.EventTrigger:
    event: Any = parts.keyword()
    return triggers.EventTrigger(event=event, **parts.place)


def changes_trigger(parts: Parts) -> triggers.ChangesTrigger:
    return triggers.ChangesTrigger(
        field=parts.parts[0], before=parts.after("FROM"), after=parts.after("TO"), **parts.place
    )


def every_trigger(parts: Parts) -> triggers.EveryTrigger:
    calendar = parts.after("CALENDAR")
    return triggers.EveryTrigger(
        interval=None if isinstance(parts.parts[1], Word) else whole_number(parts, "EVERY"),
        units=tuple(word for word in parts.every(Word) if word is not calendar),
        day=whole_number(parts, "DAY") if parts.has("DAY") else None,
        times=parts.every(TimeOfDay),
        calendar=calendar,
        **parts.place,
    )


def cron_trigger(parts: Parts) -> triggers.CronTrigger:
    return triggers.CronTrigger(expression=parts.parts[1], calendar=parts.after("CALENDAR"), **parts.place)


def relative_trigger(parts: Parts) -> triggers.RelativeTrigger:
    direction: Any = parts.keyword(1)
    return triggers.RelativeTrigger(
        duration=parts.parts[0],
        direction=direction,
        field=parts.parts[2],
        times=parts.every(TimeOfDay),
        calendar=parts.after("CALENDAR"),
        **parts.place,
    )


def anniversary_trigger(parts: Parts) -> triggers.AnniversaryTrigger:
    return triggers.AnniversaryTrigger(
        field=parts.after("OF"), times=parts.every(TimeOfDay), calendar=parts.after("CALENDAR"), **parts.place
    )


def inbound_trigger(parts: Parts) -> triggers.InboundTrigger:
    return triggers.InboundTrigger(event=parts.parts[1], matching=parts.after("MATCHING"), **parts.place)


def called_trigger(parts: Parts) -> triggers.CalledTrigger:
    return triggers.CalledTrigger(parameters=parts.every(Parameter), **parts.place)


def parameter(parts: Parts) -> Parameter:
    return Parameter(name=parts.parts[0], type=parts.parts[1], **parts.place)


BUILDERS = {
    "when": when,
    "event_trigger": event_trigger,
    "changes_trigger": changes_trigger,
    "every_trigger": every_trigger,
    "cron_trigger": cron_trigger,
    "relative_trigger": relative_trigger,
    "anniversary_trigger": anniversary_trigger,
    "inbound_trigger": inbound_trigger,
    "called_trigger": called_trigger,
    "parameter": parameter,
}
