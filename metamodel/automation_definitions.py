"""The definitions that rules name beside objects, queues and templates: calendars, webhooks, roles and teams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Provider = Literal["http", "slack", "wecom", "dingtalk", "feishu"]
Method = Literal["POST", "PUT", "PATCH"]
CarriedChannel = Literal["sms", "chat"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    """From `start` to `end`, in minutes since midnight on the clock of the calendar; 24:00 is 1,440."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When people work. `hours`: those of Monday first, in order, of seven days; `holidays` by date and `yearly_holidays` by (month, day)
    are their names. `time_zone` as the IANA writes it."""

    name: str
    label: str
    time_zone: str
    hours: tuple[tuple[WorkingHours, ...], ...]
    holidays: Mapping[date, str]
    yearly_holidays: Mapping[tuple[int, int], str]
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An address outside that rules post to. `provider`: how the body is made up where `body` (sandboxed Jinja2) is None; `secret`: the
    name of the secret that signs what is sent, never the secret itself. The address and headers may name secrets, ${NAME}. `channel`:
    what it carries where a rule does not say via which."""

    name: str
    label: str
    url: str
    provider: Provider = "http"
    method: Method = "POST"
    headers: Mapping[str, str]
    secret: str | None = None
    body: str | None = None
    channel: CarriedChannel | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What people do in the organization, such as a sales manager. `reports_to`: the role above it, whose people see what people of this
    one see. Who has it is data of the tenant, not metadata."""

    name: str
    label: str
    reports_to: str | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """People who work together. Who belongs to it is data of the tenant, not metadata."""

    name: str
    label: str
    owner: str = ""
