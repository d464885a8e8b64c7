"""Builds names, texts, durations, times, messages and field values: one function for one rule of grammar/rules.lark."""

from __future__ import annotations

from rule_engine.building import ExpressionBuilder, LimitExceeded
from rule_engine.rules.building.parts import Parts, end_of, start_of
from rule_engine.rules.syntax.node import Duration, FieldValue, Message, TimeOfDay, Word
from rule_engine.syntax import Expression
from rule_engine.wording import say

MAX_NUMBER_LENGTH = 9
_expressions = ExpressionBuilder()


def word(parts: Parts) -> Word:
    return Word(text=str(parts.parts[0]), **parts.place)


def path(parts: Parts) -> Expression:
    return _expressions.name(parts.parts)


def quoted(parts: Parts) -> Expression:
    return _expressions.text(parts.parts)


def time(parts: Parts) -> TimeOfDay:
    return TimeOfDay(text=str(parts.parts[0]), **parts.place)


def duration(parts: Parts) -> Duration:
    unit = next(str(part) for part in parts.parts if getattr(part, "type", "") == "UNIT")
    return Duration(
        count=whole_number(parts),
        unit=unit.lower().removesuffix("s"),
        is_business=parts.has("BUSINESS"),
        calendar=parts.find(Word),
        **parts.place,
    )


def field_value(parts: Parts) -> FieldValue:
    return FieldValue(field=parts.parts[0], value=parts.parts[-1], **parts.place)


def message(parts: Parts) -> Message:
    if parts.has("TEMPLATE"):
        return Message(template=parts.after("TEMPLATE"), **parts.place)
    return Message(text=parts.parts[0], **parts.place)


def fail_field(parts: Parts) -> Word:
    return word(parts)


def whole_number(parts: Parts, keyword: str | None = None) -> int:
    """The first whole number, or the one after a keyword. Raises LimitExceeded when it is absurdly long."""
    token = parts.after(keyword) if keyword else parts.first_token("INTEGER")
    if len(token) > MAX_NUMBER_LENGTH:
        message = say("A whole number here has at most %(most)s digits.", most=MAX_NUMBER_LENGTH)
        raise LimitExceeded("too_long", message, start_of(token), end_of(token))
    return int(token)


BUILDERS = {
    "word": word,
    "path": path,
    "quoted": quoted,
    "time": time,
    "duration": duration,
    "field_value": field_value,
    "message": message,
    "fail_field": fail_field,
}
