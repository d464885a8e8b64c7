"""English sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time

from rule_engine.targets.sentence.phrases import Phrase
from rule_engine.targets.sentence.said import Said
from rule_engine.types import Kind

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"
)  # fmt: skip
_PLAIN = re.compile(r"[A-Z](?:[\w\-]| (?!and\b|or\b))*\Z")
_UNITS = {Kind.DATE: "day", Kind.DATETIME: "day", Kind.TIME: "millisecond"}
_AMOUNTS = {"<": "is below", "<=": "is at most", ">": "is above", ">=": "is at least"}
_DAYS = {"<": "is before", "<=": "is on or before", ">": "is after", ">=": "is on or after"}
_MOMENTS = {"<": "is before", "<=": "is at or before", ">": "is after", ">=": "is at or after"}
_TEXTS = {
    "<": "comes before",
    "<=": "comes before or equals",
    ">": "comes after",
    ">=": "comes after or equals",
}
_ORDERS = {Kind.DATE: _DAYS, Kind.DATETIME: _MOMENTS, Kind.TIME: _MOMENTS} | dict.fromkeys(
    (Kind.TEXT, Kind.PICKLIST, Kind.ID), _TEXTS
)
_CONTEXTS = {"now": "now", "today": "today", "user.id": "the user"}
_GLOBALS = {
    "user": "user",
    "org": "organization",
    "organization": "organization",
    "profile": "profile",
    "role": "role",
    "permission": "permission",
    "label": "label",
    "setup": "setting",
    "customsetting": "setting",
}
_NAMED = ("permission", "label", "setup", "customsetting")
_AGGREGATES = {
    "sum": "the total of {} across {}",
    "avg": "the average of {} across {}",
    "min": "the smallest {} across {}",
    "max": "the largest {} across {}",
}


class English:
    language = "en"
    blank = "blank"

    # values

    def bracketed(self, text: str) -> str:
        return f"({text})"

    def items(self, texts: Sequence[str]) -> str:
        return ", ".join(texts)

    def text(self, value: str) -> str:
        """Plain names stand as they are; what could be read as part of the sentence is in quotes."""
        return value if _PLAIN.match(value) else self.quoted(value)

    def quoted(self, value: str) -> str:
        return '"{}"'.format(" ".join(value.splitlines()) or value)

    def boolean(self, value: bool) -> str:
        return "true" if value else "false"

    def date(self, value: date) -> str:
        return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"

    def datetime(self, value: datetime) -> str:
        return f"{self.date(value)} {_clock(value.time())} UTC"

    def time(self, value: time) -> str:
        return _clock(value)

    def member(self, owner: str, name: str) -> str:
        return f"{owner}' {name}" if owner.endswith("s") else f"{owner}'s {name}"

    def of_global(self, name: str, member: str) -> str:
        """Of `$Permission` and its like the member is the thing; the others have it."""
        kind = _GLOBALS.get(name, name)
        return f"the {kind} {member}" if name in _NAMED else self.member(f"the {kind}", member)

    def context(self, name: str) -> str | None:
        return _CONTEXTS.get(name)

    def before_change(self, field: str) -> str:
        return f"the earlier {field}"

    def phrase(self, phrase: Phrase, *, is_not: bool) -> str:
        return phrase.not_english if is_not else phrase.english

    def leans(self, template: str) -> bool:
        return template.startswith("the ") and "{all}" not in template

    def is_open_at(self, template: str, index: int) -> bool:
        return template.endswith(f"{{{index}}}")

    def filled(self, template: str, texts: Sequence[str]) -> str:
        return _counted(template, texts).format(*texts, all=self.items(texts))

    def call(self, name: str, texts: Sequence[str]) -> str:
        return f"{name} of {self.items(texts)}" if texts else name

    def later(self, base: str, amount: str, kind: Kind, *, is_earlier: bool) -> str:
        unit = _UNITS[kind]
        return f"{amount} {unit if amount == '1' else unit + 's'} {'before' if is_earlier else 'after'} {base}"

    def span(self, start: str, end: str, kind: Kind) -> str:
        return f"the number of {_UNITS[kind]}s from {start} to {end}"

    def calculation(self, left: str, sign: str, right: str) -> str:
        return f"{left} {sign} {right}"

    def joined(self, texts: Sequence[str]) -> str:
        return " followed by ".join(texts)

    def whether(self, statement: str) -> str:
        return f"whether {statement}"

    def fallback(self, value: str, substitute: str) -> str:
        return f"{value} (or {substitute} if it is blank)"

    def recovery(self, value: str, substitute: str) -> str:
        return f"{value} (or, if that fails, {substitute})"

    def choice(self, branches: Sequence[tuple[str, str]], otherwise: str) -> str:
        return "; ".join([*(f"{value} if {condition}" for condition, value in branches), f"otherwise {otherwise}"])

    def case(self, subject: str, branches: Sequence[tuple[str, str]], otherwise: str) -> str:
        (first, result), *others = branches
        parts = [f"{result} if {subject} is {first}", *(f"{result} if it is {value}" for value, result in others)]
        return "; ".join([*parts, f"otherwise {otherwise}"])

    def where(self, body: str, bindings: Sequence[tuple[str, str]]) -> str:
        return f"{body}, where " + " and ".join(f"{name} is {value}" for name, value in bindings)

    def aggregate(self, function: str, rows: str, value: str | None, condition: str | None) -> str:
        text = f"the number of {rows}" if value is None else _AGGREGATES[function].format(value, rows)
        return f"{text} (where {condition})" if condition else text

    def found(self, field: str, object_: str, key_field: str, key: str) -> str:
        return f"the {field} of the {object_} whose {key_field} is {key}"

    # statements

    def constant(self, *, is_true: bool) -> str:
        return "this always holds" if is_true else "this never holds"

    def result(self, *, is_true: bool) -> str:
        return "it holds" if is_true else "it does not hold"

    def unless_failing(self, statement: str, *, is_true: bool) -> str:
        return f"{statement} (which {'also holds' if is_true else 'does not hold'} if that fails)"

    def truth(self, subject: str, *, is_not: bool) -> str:
        return f"{subject} is {'false' if is_not else 'true'}"

    def equal(self, subject: str, value: str, *, is_named: bool, is_not: bool) -> str:
        if is_named:
            return f"{subject} is not {value}" if is_not else f"{subject} is {value}"
        return f"{subject} does not equal {value}" if is_not else f"{subject} equals {value}"

    def never_equal(self, subject: str) -> str:
        return f"{subject} equals blank (which is never so)"

    def order(self, subject: str, operator: str, value: str, kind: Kind) -> str:
        return f"{subject} {_ORDERS.get(kind, _AMOUNTS)[operator]} {value}"

    def between(self, subject: str, low: str, high: str, *, is_not: bool) -> str:
        return f"{subject} is {'not ' if is_not else ''}between {low} and {high}"

    def one_of(self, subject: str, values: Sequence[str], *, is_not: bool) -> str:
        return f"{subject} is {'none' if is_not else 'one'} of {self.items(values)}"

    def holds(self, subject: str, values: Sequence[str], *, is_not: bool) -> str:
        if len(values) == 1:
            return f"{values[0]} is {'not ' if is_not else ''}among {subject}"
        return f"{'none' if is_not else 'one or more'} of {self.items(values)} is among {subject}"

    def is_blank(self, subject: str, *, is_not: bool) -> str:
        return f"{subject} is {'not ' if is_not else ''}blank"

    def state(self, name: str, *, is_not: bool) -> str:
        state = {"is_new": "new", "is_clone": "a copy of another"}[name]
        return f"the record is {'not ' if is_not else ''}{state}"

    def all_of(self, statements: Sequence[Said]) -> str:
        return " and ".join(one.text for one in statements)

    def any_of(self, statements: Sequence[Said]) -> str:
        return " or ".join(one.text for one in statements)

    def not_true(self, statement: str) -> str:
        return f"it is not true that ({statement})"

    def condition(self, branches: Sequence[tuple[str, str]], otherwise: str) -> str:
        parts = [f"if {condition}, then {value}" for condition, value in branches]
        return "; ".join([*parts, f"otherwise {otherwise}"])


def _clock(value: time) -> str:
    if value.microsecond:
        return value.isoformat("milliseconds")
    return value.isoformat("seconds" if value.second else "minutes")


def _counted(template: str, texts: Sequence[str]) -> str:
    """ "1 characters" as "1 character"."""

    def singular(match: re.Match[str]) -> str:
        return match[0][:-1] if texts[int(match[1])] == "1" else match[0]

    return re.sub(r"\{(\d)\} (?:characters|months|decimals)", singular, template)
