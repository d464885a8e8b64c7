"""Canonical text of the parts that fit in a line: names, formulas, triggers, people, messages."""

from __future__ import annotations

import re

from rule_engine.rules.syntax import people, triggers
from rule_engine.rules.syntax.node import Duration, FieldValue, Message, TimeOfDay, Word
from rule_engine.rules.syntax.triggers import When
from rule_engine.syntax import Expression, Name, TextLiteral
from rule_engine.targets.text import format_formula

_TEXT_OR_DASHES = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|--""")


def formula(expression: Expression) -> str:
    """Canonical, and without `--`, which begins a comment in a rule file."""
    return _TEXT_OR_DASHES.sub(lambda found: found[1] or "- -", format_formula(expression))


def field_value(assigned: FieldValue) -> str:
    return f"{assigned.field.name} = {formula(assigned.value)}"


def words(names: tuple[Word, ...]) -> str:
    return ", ".join(name.name for name in names)


def message(part: Message) -> str:
    if part.template is not None:
        return f"with template {part.template.name}"
    return formula(part.text) if part.text is not None else ""


def duration(part: Duration) -> str:
    unit = part.unit if part.count == 1 else part.unit + "s"
    return f"{part.count} {'business ' if part.is_business else ''}{unit}{calendar(part.calendar)}"


def calendar(name: Word | None) -> str:
    return f" in calendar {name.name}" if name is not None else ""


def times(parts: tuple[TimeOfDay, ...]) -> str:
    return f" at {', '.join(part.text.zfill(5) for part in parts)}" if parts else ""


def when(part: When) -> list[str]:
    """One text for each trigger."""
    return [trigger(each) for each in part.triggers]


def trigger(part: triggers.Trigger) -> str:
    match part:
        case triggers.EventTrigger(event=event):
            return event
        case triggers.ChangesTrigger(field=field, before=before, after=after):
            origin = f" from {formula(before)}" if before is not None else ""
            return f"{field.name} changes{origin}" + (f" to {formula(after)}" if after is not None else "")
        case triggers.EveryTrigger():
            interval = f"{part.interval} " if part.interval is not None else ""
            day = f" on day {part.day}" if part.day is not None else ""
            return f"every {interval}{words(part.units)}{day}{times(part.times)}{calendar(part.calendar)}"
        case triggers.CronTrigger(expression=expression):
            return f"cron {formula(expression)}{calendar(part.calendar)}"
        case triggers.RelativeTrigger(field=field):
            span = f"{duration(part.duration)} {part.direction} {field.name}"
            return f"{span}{times(part.times)}{calendar(part.calendar)}"
        case triggers.AnniversaryTrigger(field=field):
            return f"on the anniversary of {field.name}{times(part.times)}{calendar(part.calendar)}"
        case triggers.InboundTrigger(event=name, matching=matching):
            return f"event {name.text}" + (f" matching {formula(matching)}" if matching is not None else "")
        case triggers.CalledTrigger(parameters=parameters):
            listed = ", ".join(f"{each.name.name} {each.type.name}" for each in parameters)
            return f"called with ({listed})" if listed else "called"
    raise AssertionError(part)


def assignee(part: people.Assignee) -> str:
    match part:
        case people.UserAssignee(user=user):
            return f"user {formula(user)}"
        case people.QueueAssignee(queue=queue, strategy=how):
            return f"queue {queue.name}" + (f" {strategy(how)}" if how is not None else "")
        case people.GroupAssignee(kind=kind, name=name):
            return f"{kind} {name.name}"
        case people.PreviousOwnerAssignee():
            return "previous owner"
        case people.PathAssignee(path=path):
            return formula(path)
    raise AssertionError(part)


def strategy(part: people.Strategy) -> str:
    text: str = part.kind
    if part.weights:
        text += f" ({', '.join(weight(each) for each in part.weights)})"
    if part.path is not None:
        text += f" by {formula(part.path)}"
    if part.counted is not None:
        text += f" by {part.counted.name}"
    if part.where is not None:
        text += f" where {formula(part.where)}"
    if part.capacity is not None:
        text += f" within capacity {part.capacity}"
    if part.hours is not None:
        text += f" during business hours {part.hours.name}"
    return text + (" skipping absent" if part.skips_absent else "")


def weight(part: people.Weight) -> str:
    user = formula(part.user) if isinstance(part.user, TextLiteral) else part.user.text
    return f"{user} {part.weight}"


def recipient(part: people.Recipient) -> str:
    match part:
        case people.GroupRecipient(kind=kind, name=name):
            return f"{kind} {name.name}"
        case people.UserRecipient(user=user):
            return f"user {formula(user)}"
        case people.ExpressionRecipient(expression=expression):
            return formula(expression)
    raise AssertionError(part)


def single_recipient(part: people.Recipient) -> str:
    """As `send` takes it: a message follows without a word between, so anything longer than a name goes in brackets."""
    if isinstance(part, people.ExpressionRecipient) and not isinstance(part.expression, Name | TextLiteral):
        return f"({formula(part.expression)})"
    return recipient(part)
