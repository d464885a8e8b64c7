"""Checks times of day, cron texts and the words of `every …`. Pure; gives messages, not diagnostics."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from rule_engine.rules.checked import Unit
from rule_engine.rules.kind_words import kind_word
from rule_engine.wording import say

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
UNITS = (
    *("minute", "minutes", "hour", "hours", "day", "days", "weekday", "weekdays", "week", "weeks"),
    *("month", "months", "quarter", "quarters", "year", "years"),
)
WORKDAYS = DAYS[:5]
UNIT_NAMES: Mapping[str, Unit] = MappingProxyType(
    {"minute": "minute", "hour": "hour", "day": "day", "week": "week", "month": "month", "year": "year"}
)
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY_NAMES = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_CRON_FIELDS: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of the month", 1, 31, ()),
    ("month", 1, 12, _MONTH_NAMES),
    ("day of the week", 0, 7, _DAY_NAMES),
)


def find_cron_problem(text: str) -> str | None:
    """What is wrong with a cron text of five fields, or None."""
    fields = text.split()
    if len(fields) != len(_CRON_FIELDS):
        return say(
            "A cron text has five fields (minute, hour, day, month, day of the week), this one has %(count)s.",
            count=len(fields),
        )
    for field, (name, low, high, names) in zip(fields, _CRON_FIELDS, strict=True):
        for part in field.split(","):
            problem = _find_part_problem(part, kind_word(name), low, high, names)
            if problem:
                return problem
    return None


def _find_part_problem(part: str, name: str, low: int, high: int, names: tuple[str, ...]) -> str | None:
    found = re.fullmatch(r"(\*|\w+)(?:-(\w+))?(?:/(\d+))?", part)
    if not found or (found[1] == "*" and found[2]):
        return say('"%(part)s" is no %(name)s of a cron text.', part=part, name=name)
    if found[3] is not None and not 0 < int(found[3]) <= high:
        return say('The step of "%(part)s" must be from 1 to %(high)s.', part=part, high=high)
    ends = [_number(end, low, names) for end in (found[1], found[2]) if end not in (None, "*")]
    for end in ends:
        if end is None or not low <= end <= high:
            return say(
                '"%(part)s" is no %(name)s: it must be from %(low)s to %(high)s.',
                part=part,
                name=name,
                low=low,
                high=high,
            )
    first, last = ends[0] if ends else None, ends[-1] if ends else None
    if first is not None and last is not None and first > last:
        return say('"%(part)s" ends before it begins.', part=part)
    return None


def _number(text: str, low: int, names: tuple[str, ...]) -> int | None:
    if text.isdecimal():
        return int(text) if len(text) <= 4 else None
    return names.index(text.lower()) + low if text.lower() in names else None


def find_every_problem(names: Sequence[str], interval: int | None, day: int | None, *, has_times: bool) -> str | None:
    """What is wrong with the words of `every …`, all of which are known, or None."""
    units = {name.removesuffix("s") if name not in DAYS else name for name in names}
    if len(names) > 1 and not units <= {*DAYS, "weekday"}:
        return say("Only days of the week can be listed.")
    if interval is not None and not 1 <= interval <= 1_000:
        return say("An interval is from 1 to 1,000.")
    if day is not None and (not 1 <= day <= 31 or not units <= {"month", "quarter", "quarters", "year"}):
        return say("A day, from 1 to 31, goes with every month, every quarter or every year.")
    if has_times and units & {"minute", "hour"}:
        return say("A time of day does not go with minutes and hours.")
    return None


def units_of(names: Sequence[str]) -> tuple[tuple[str, ...], int]:
    """The units as checked.Every has them, and what the interval is to be multiplied with."""
    if [name.removesuffix("s") for name in names] == ["quarter"]:
        return ("month",), 3
    units: list[str] = []
    for name in names:
        units += WORKDAYS if name in ("weekday", "weekdays") else [name if name in DAYS else name.removesuffix("s")]
    return tuple(dict.fromkeys(units)), 1


def is_time_of_day(text: str) -> bool:
    hours, _, minutes = text.partition(":")
    return int(hours) < 24 and int(minutes) < 60
