"""Says the parts of rules in one language, by the names that a model gives to its things."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Protocol

from rule_engine.checker import CheckedFormula
from rule_engine.rules.checked import BLANK, Duration, Value
from rule_engine.runtime.numbers import number_text
from rule_engine.targets.outline.line import Line
from rule_engine.targets.outline.phrases import CHANNELS, PHRASES, TIMES
from rule_engine.targets.sentence import Labels, Language, sentence

MAX_IN_SUMMARY = 4
_MEETING = re.compile(r"(?<=[\u3400-\u9fff])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=[\u3400-\u9fff])")
_QUOTED = re.compile(r"(“[^”]*”)")


class Namings(Protocol):
    """What people call the things of a model. An unknown name is given back as it is."""

    def object(self, name: str) -> str: ...

    def objects(self, name: str) -> str:
        """Its plural."""

    def field(self, object_name: str, name: str) -> str: ...

    def value(self, object_name: str, field: str, name: str) -> str:
        """Of a picklist."""

    def queue(self, name: str) -> str: ...

    def labels(self, object_name: str) -> Labels: ...


class Teller:
    """About the records of `object`."""

    def __init__(self, language: Language, namings: Namings, object_name: str) -> None:
        self.language = language
        self.names = namings
        self.object = object_name
        self._place = 0 if language == "en" else 1
        self._labels = namings.labels(object_name)

    def say(self, phrase: str, /, **values: object) -> str:
        text = PHRASES[phrase][self._place].format(**values)
        return text if self.language == "en" else spaced(text)

    def of(self, object_name: str) -> Teller:
        return Teller(self.language, self.names, object_name)

    def formula(self, checked: CheckedFormula) -> str:
        return sentence(checked, self.language, self._labels)

    def thing(self, object_name: str) -> str:
        """One record of the object: "an account"."""
        label = self.names.object(object_name)
        if self.language != "en":
            return label
        return f"{'an' if label[:1].lower() in 'aeiou' else 'a'} {label}"

    def field(self, name: str) -> str:
        return self.names.field(self.object, name)

    def quoted(self, text: str) -> str:
        return f"“{text}”"

    def items(self, parts: Iterable[str]) -> str:
        """Joined by "and"."""
        *first, last = parts
        if not first:
            return last
        return self.say("and", first=self.say("comma").join(first), last=last)

    def listed(self, parts: Iterable[str]) -> str:
        """Joined by commas."""
        return self.say("comma").join(parts)

    def choice(self, parts: Sequence[str]) -> str:
        """Joined by "or"."""
        *first, last = parts
        return self.say("or", first=self.say("comma").join(first), last=last) if first else last

    def value(self, value: Value, field: str) -> str:
        match value:
            case str():
                return self.quoted(self.names.value(self.object, field, value))
            case bool():
                return self.say("true" if value else "false")
            case Decimal():
                return number_text(value)
            case date() | datetime() | time():
                return value.isoformat()
        return self.say("blank" if value is BLANK else "any")

    def duration(self, duration: Duration) -> str:
        one, many = TIMES[duration.unit][self._place]
        unit = one if duration.amount == 1 else many
        text = self.say("business" if duration.is_business else "amount", amount=duration.amount, unit=unit)
        return text + self.calendar(duration.calendar)

    def calendar(self, name: str | None) -> str:
        return self.say("calendar", name=name) if name else ""

    def channels(self, names: Iterable[str]) -> str:
        return self.items(CHANNELS[name][self._place] for name in names)

    def summary(self, lines: Sequence[Line]) -> str:
        """The first line of each kind that introduces, and up to MAX_IN_SUMMARY of the others."""
        opening = [line.text for line in lines[:2] if line.kind in ("when", "if")]
        rest = [line.text for line in lines[len(opening) :]]
        if self.language == "en":
            opening = [*opening[:1], *(_within(text) for text in opening[1:])]
            rest = [_within(text) for text in rest] if opening else [*rest[:1], *(_within(text) for text in rest[1:])]
        shown = rest[:MAX_IN_SUMMARY] + ([self.say("more")] if len(rest) > MAX_IN_SUMMARY else [])
        head = self.say("comma").join(opening)
        tail = self.say("semicolon").join(shown)
        return self.say("summary", head=head, tail=tail) if head else tail


def spaced(text: str) -> str:
    """With a blank where Chinese meets Latin letters or digits, but for what is quoted."""
    return "".join(part if part[:1] == "“" else _MEETING.sub(" ", part) for part in _QUOTED.split(text))


def _within(text: str) -> str:
    return text[:1].lower() + text[1:]
