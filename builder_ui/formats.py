"""Moments, days and counts as a person reads them: by language and time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.numbers import format_decimal, get_currency_symbol

from metamodel.fields.field import UTC, Locale


def zone_of(name: str) -> ZoneInfo:
    """UTC for a zone that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


@dataclass(frozen=True, slots=True)
class Formats:
    """English is written as the world writes it: 28 Nov 2025, 14:05."""

    language: str
    time_zone: ZoneInfo

    @property
    def locale(self) -> Locale:
        return Locale(language="en-GB" if self.language == "en" else self.language, time_zone=self.time_zone)

    @property
    def code(self) -> str:
        return self.locale.language.replace("-", "_")

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.time_zone)

    def today(self, now: datetime) -> date:
        return self.local(now).date()

    def day(self, value: date) -> str:
        return str(format_date(value, "medium", locale=self.code))

    def long_day(self, value: date) -> str:
        if self.language == "en":
            return f"{value:%A}, {value.day} {value:%B}"
        return str(format_date(value, "full", locale=self.code))

    def moment(self, value: datetime) -> str:
        local = self.local(value).replace(tzinfo=None)
        separator = " " if self.language.startswith("zh") else ", "
        return f"{self.day(local.date())}{separator}{format_time(local.time(), 'HH:mm', locale=self.code)}"

    def since(self, value: datetime, now: datetime) -> str:
        """ "5 min ago", then the time of today, then the day."""
        passed = now - value
        if timedelta(0) <= passed < timedelta(hours=12):
            return str(format_timedelta(-passed, locale=self.code, add_direction=True, format="short"))
        local = self.local(value)
        if local.date() == self.today(now):
            return str(format_time(local.replace(tzinfo=None).time(), "HH:mm", locale=self.code))
        skeleton = "MMMd" if local.year == self.local(now).year else "yMMMd"
        return str(format_skeleton(skeleton, local.replace(tzinfo=None), locale=self.code))

    def number(self, value: int) -> str:
        return str(format_decimal(value, locale=self.code))

    def currency_symbol(self, code: str) -> str:
        return str(get_currency_symbol(code, locale=self.code))
