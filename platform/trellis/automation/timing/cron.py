"""Cron text of five fields, checked before, as the sets of numbers that it stands for. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


@dataclass(frozen=True, slots=True, kw_only=True)
class CronFields:
    """`weekdays`: Sunday is 0. `is_either`: a day of the month or one of the week is enough, since both are restricted."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    is_either: bool
    is_any_hour: bool

    def has_day(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        is_day, is_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return (is_day or is_weekday) if self.is_either else (is_day and is_weekday)


def read_cron(expression: str) -> CronFields:
    """Semantics of Vixie cron: a field that begins with * restricts nothing, as far as days and weekdays go."""
    minutes, hours, days, months, weekdays = expression.lower().split()
    return CronFields(
        minutes=_numbers(minutes, 0, 59),
        hours=_numbers(hours, 0, 23),
        days=_numbers(days, 1, 31),
        months=_numbers(months, 1, 12, _MONTHS),
        weekdays=frozenset(number % 7 for number in _numbers(weekdays, 0, 7, _DAYS)),
        is_either=not days.startswith("*") and not weekdays.startswith("*"),
        is_any_hour=hours == "*",
    )


def _numbers(field: str, low: int, high: int, names: tuple[str, ...] = ()) -> frozenset[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        begin = low if first == "*" else _number(first, low, names)
        end = high if first == "*" or (step and not last) else _number(last or first, low, names)
        found.update(range(begin, end + 1, int(step or 1)))
    return frozenset(found)


def _number(text: str, low: int, names: tuple[str, ...]) -> int:
    return int(text) if text.isdecimal() else names.index(text) + low
