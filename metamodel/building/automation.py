"""The bodies of calendars, webhooks, roles and teams -> definitions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType

from metamodel.automation_definitions import WEEKDAYS, Calendar, Role, Team, Webhook, WorkingHours
from metamodel.component import Component

_HOURS = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})\Z")
_LEAP_YEAR = 2000


def build_calendars(component: Component) -> Iterator[Calendar]:
    for name, body in (component.body or {}).items():
        holidays: Mapping[str, str] = body.get("holidays", {})
        dates = {on: label for text, label in holidays.items() if len(text) > 5 and (on := find_date(text))}
        yearly = {
            (on.month, on.day): label for text, label in holidays.items() if len(text) == 5 and (on := find_date(text))
        }
        yield Calendar(
            name=name,
            label=body["label"],
            time_zone=body["time_zone"],
            hours=tuple(_hours(body["hours"].get(day, ())) for day in WEEKDAYS),
            holidays=MappingProxyType(dates),
            yearly_holidays=MappingProxyType(yearly),
            owner=component.owner,
        )


def build_webhooks(component: Component) -> Iterator[Webhook]:
    for name, body in (component.body or {}).items():
        yield Webhook(
            name=name,
            **{key: value for key, value in body.items() if key != "headers"},
            headers=MappingProxyType(dict(body.get("headers", {}))),
            owner=component.owner,
        )


def build_roles(component: Component) -> Iterator[Role]:
    for name, body in (component.body or {}).items():
        yield Role(name=name, label=body["label"], reports_to=body.get("reports_to"), owner=component.owner)


def build_teams(component: Component) -> Iterator[Team]:
    for name, body in (component.body or {}).items():
        yield Team(name=name, label=body["label"], owner=component.owner)


def find_hours(text: str) -> WorkingHours | None:
    """ "09:00-17:30" as minutes since midnight, None when there are no such hours."""
    found = _HOURS.match(text)
    if found is None:
        return None
    from_hour, from_minute, to_hour, to_minute = map(int, found.groups())
    start, end = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    is_time = from_minute < 60 and to_minute < 60
    return WorkingHours(start=start, end=end) if is_time and start < end <= 24 * 60 else None


def find_date(text: str) -> date | None:
    """ "2026-12-25", or "12-25" (in a leap year); None when there is no such day."""
    try:
        return date.fromisoformat(text if len(text) > 5 else f"{_LEAP_YEAR}-{text}")
    except ValueError:
        return None


def _hours(texts: tuple[str, ...]) -> tuple[WorkingHours, ...]:
    found = [hours for text in texts if (hours := find_hours(text))]
    return tuple(sorted(found, key=lambda hours: hours.start))
