"""Whether calendars and webhooks hold together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from metamodel.building.automation import find_date, find_hours
from metamodel.component import Component
from metamodel.draft import Draft
from metamodel.problems import MetadataProblem
from rule_engine.wording import say

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+\Z")
_OWN_HEADERS = ("host", "content-length", "transfer-encoding", "connection")
_SECRET = re.compile(r"\$\{[A-Za-z0-9_]+\}")


def check_automation(draft: Draft) -> Iterator[MetadataProblem]:
    carried: dict[str, str] = {}
    for component in draft.components:
        if component.kind == "calendars":
            for name, body in (component.body or {}).items():
                yield from _check_calendar(component, name, body)
        elif component.kind == "webhooks":
            for name, body in (component.body or {}).items():
                yield from _check_webhook(component, name, body)
                yield from _check_carrier(component, name, body.get("channel"), carried)


def _check_calendar(component: Component, name: str, body: Any) -> Iterator[MetadataProblem]:
    if not _is_time_zone(body["time_zone"]):
        message = say("there is no time zone %(name)r", name=body["time_zone"])
        yield component.problem(
            "bad_value", (name, "time_zone"), message, say("Write it as the IANA does: Europe/Berlin.")
        )
    for day, texts in body["hours"].items():
        yield from _check_hours(component, (name, "hours", day), texts)
    if not any(body["hours"].values()):
        yield component.problem(
            "bad_value", (name, "hours"), say("nobody ever works by this calendar"), say("Give some hours.")
        )
    for text in body.get("holidays", {}):
        if find_date(text) is None:
            message = say("there is no day %(text)r", text=text)
            hint = say('Write "2026-12-25", or "12-25" for every year.')
            yield component.problem("bad_value", (name, "holidays", text), message, hint)


def _check_hours(component: Component, at: tuple[str, ...], texts: list[str]) -> Iterator[MetadataProblem]:
    found = [find_hours(text) for text in texts]
    for index, (text, hours) in enumerate(zip(texts, found, strict=True)):
        if hours is None:
            message = say("there are no hours %(text)r", text=text)
            hint = say('Write "09:00-17:30"; the end comes after the start, 24:00 at the latest.')
            yield component.problem("bad_value", (*at, index), message, hint)
    ordered = sorted((hours for hours in found if hours), key=lambda hours: hours.start)
    if any(first.end > second.start for first, second in pairwise(ordered)):
        yield component.problem("bad_value", at, say("these hours overlap"), say("Put them together."))


def _check_webhook(component: Component, name: str, body: Any) -> Iterator[MetadataProblem]:
    if not _is_web_address(body["url"]):
        hint = say("Write it in full: https://example.com/hook.")
        yield component.problem("bad_value", (name, "url"), say("this is no web address"), hint)
    for header in body.get("headers", {}):
        if not _HEADER.match(header) or header.lower() in _OWN_HEADERS:
            message = say("the header %(header)r cannot be set", header=header)
            yield component.problem("bad_value", (name, "headers", header), message, say("Leave it out."))


def _check_carrier(
    component: Component, name: str, channel: str | None, carried: dict[str, str]
) -> Iterator[MetadataProblem]:
    """`carried`: which webhook carries which channel, of those that came before."""
    if channel is None:
        return
    other = carried.setdefault(channel, name)
    if other != name:
        message = say("%(other)r carries %(channel)r already", other=other, channel=channel)
        yield component.problem("bad_value", (name, "channel"), message, say("Leave it out at one of them."))


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(_SECRET.sub("secret", text))
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
    except ValueError:
        return False


def _is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
