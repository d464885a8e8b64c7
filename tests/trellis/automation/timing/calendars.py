"""Calendars for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from metamodel.automation_definitions import WEEKDAYS, Calendar, WorkingHours
from metamodel.building.automation import find_hours


def calendar(
    time_zone: str, hours: Mapping[str, Sequence[str]], *holidays: date, yearly: Sequence[tuple[int, int]] = ()
) -> Calendar:
    return Calendar(
        name="office",
        label="Office",
        time_zone=time_zone,
        hours=tuple(tuple(_hours(text) for text in hours.get(day, ())) for day in WEEKDAYS),
        holidays=dict.fromkeys(holidays, "Holiday"),
        yearly_holidays=dict.fromkeys(yearly, "Holiday"),
    )


def office(time_zone: str, *holidays: date) -> Calendar:
    """Nine to noon and one to five; until two on Fridays; the whole of Sundays, on which clocks change."""
    usual = ("09:00-12:00", "13:00-17:00")
    hours: dict[str, Sequence[str]] = dict.fromkeys(WEEKDAYS[:4], usual)
    return calendar(
        time_zone, {**hours, "friday": ["09:00-14:00"], "sunday": ["00:00-24:00"]}, *holidays, yearly=[(12, 25)]
    )


def _hours(text: str) -> WorkingHours:
    found = find_hours(text)
    assert found is not None, text
    return found
