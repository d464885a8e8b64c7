"""Dates, moments and times of day. Moments are UTC with whole milliseconds; what is finer is cut off."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, ClassVar

from babel.dates import format_date, format_datetime, format_time

from metamodel.columns import Column, ColumnKind
from metamodel.fields.digits import babel_locale
from metamodel.fields.field import Field, FieldValueError, Locale
from metamodel.fields.number import ORDER_OPERATORS
from rule_engine.types import DATE, DATETIME, TIME, Type
from rule_engine.wording import say

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?\Z")
_MOMENT = re.compile(
    r"(?P<minute>[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2})"
    r"(?P<second>:[0-9]{2}(\.[0-9]{1,9})?)?(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})?\Z"
)
_SHARED = frozenset(("required", "indexed", "default", "default_formula"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DateField(Field):
    """A day of the calendar, YYYY-MM-DD."""

    type_name: ClassVar[str] = "date"
    widget: ClassVar[str] = "date"
    shared_properties: ClassVar[frozenset[str]] = _SHARED

    @property
    def columns(self) -> tuple[Column, ...]:
        return (Column(name=self.name, kind=ColumnKind.DATE),)

    @property
    def formula_type(self) -> Type:
        return DATE

    @property
    def operators(self) -> tuple[str, ...]:
        return ORDER_OPERATORS

    def parse(self, value: object) -> Any:
        if _is_blank(value):
            return None
        try:
            if isinstance(value, str) and _DATE.match(value):
                return date.fromisoformat(value)
        except ValueError:
            raise FieldValueError("not_a_date", say("There is no day %(value)s.", value=value)) from None
        raise FieldValueError("not_a_date", say("Must be a date such as 2026-12-31, not %(value).60r.", value=value))

    def parse_text(self, text: str, locale: Locale) -> Any:
        return self.parse(text.strip())

    def from_formula(self, value: Any) -> Any:
        return value

    def to_json(self, value: Any) -> Any:
        return None if value is None else value.isoformat()

    def format(self, value: Any, locale: Locale) -> str:
        return "" if value is None else str(format_date(value, "medium", locale=babel_locale(locale)))

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "string", "format": "date"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DatetimeField(Field):
    """A moment. JSON must say its offset; in a form it is the person's local time."""

    type_name: ClassVar[str] = "datetime"
    widget: ClassVar[str] = "datetime"
    shared_properties: ClassVar[frozenset[str]] = _SHARED

    @property
    def columns(self) -> tuple[Column, ...]:
        return (Column(name=self.name, kind=ColumnKind.DATETIME),)

    @property
    def formula_type(self) -> Type:
        return DATETIME

    @property
    def operators(self) -> tuple[str, ...]:
        return ORDER_OPERATORS

    def parse(self, value: object) -> Any:
        if _is_blank(value):
            return None
        moment = _read_moment(value)
        if moment.tzinfo is None:
            raise FieldValueError(
                "no_offset", say("Must say its offset from UTC, such as %(value)sZ or %(value)s+02:00.", value=value)
            )
        return _in_utc(moment)

    def parse_text(self, text: str, locale: Locale) -> Any:
        trimmed = text.strip()
        if not trimmed:
            return None
        moment = _read_moment(trimmed)
        return _in_utc(moment if moment.tzinfo else moment.replace(tzinfo=locale.time_zone))

    def from_formula(self, value: Any) -> Any:
        return None if value is None else _in_utc(value)

    def to_json(self, value: Any) -> Any:
        return None if value is None else value.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"

    def format(self, value: Any, locale: Locale) -> str:
        if value is None:
            return ""
        # babel wants a tzinfo of its own kind or of zoneinfo; the value is converted first so that any will do
        local = value.astimezone(locale.time_zone).replace(tzinfo=None)
        return str(format_datetime(local, "medium", locale=babel_locale(locale)))

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "string", "format": "date-time"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeField(Field):
    """A time of day without a date or a zone."""

    type_name: ClassVar[str] = "time"
    widget: ClassVar[str] = "time"
    shared_properties: ClassVar[frozenset[str]] = _SHARED

    @property
    def columns(self) -> tuple[Column, ...]:
        return (Column(name=self.name, kind=ColumnKind.TIME),)

    @property
    def formula_type(self) -> Type:
        return TIME

    @property
    def operators(self) -> tuple[str, ...]:
        return ORDER_OPERATORS

    def parse(self, value: object) -> Any:
        if _is_blank(value):
            return None
        if isinstance(value, str) and _TIME.match(value):
            try:
                return time.fromisoformat(value[:12])
            except ValueError:
                pass
        raise FieldValueError(
            "not_a_time", say("Must be a time of day such as 14:30 or 14:30:15.250, not %(value).60r.", value=value)
        )

    def parse_text(self, text: str, locale: Locale) -> Any:
        return self.parse(text.strip())

    def from_formula(self, value: Any) -> Any:
        return None if value is None else value.replace(microsecond=value.microsecond // 1000 * 1000)

    def to_json(self, value: Any) -> Any:
        return None if value is None else value.isoformat("milliseconds")

    def format(self, value: Any, locale: Locale) -> str:
        return "" if value is None else str(format_time(value, "short", locale=babel_locale(locale)))

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "string", "format": "time"}


def _is_blank(value: object) -> bool:
    return value is None or value == ""


def _read_moment(value: object) -> datetime:
    match = _MOMENT.match(value) if isinstance(value, str) else None
    if match is None:
        raise FieldValueError(
            "not_a_datetime",
            say("Must be a date and time such as 2026-12-31T14:30:00Z, not %(value).60r.", value=value),
        )
    to_the_millisecond = (match["second"] or "")[:7]
    try:
        return datetime.fromisoformat(match["minute"] + to_the_millisecond + (match["offset"] or ""))
    except ValueError:
        raise FieldValueError("not_a_datetime", say("There is no moment %(value).60r.", value=value)) from None


def _in_utc(moment: datetime) -> datetime:
    try:
        in_utc = moment.astimezone(UTC)
    except (OverflowError, ValueError):
        raise FieldValueError("not_a_datetime", say("Lies outside of the years 1 to 9999.")) from None
    return in_utc.replace(microsecond=in_utc.microsecond // 1000 * 1000)
