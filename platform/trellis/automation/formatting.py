"""A Python value as text for a person, by the value alone: what a message shows for {{ record.amount }}."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import babel
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal

FALLBACK_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads it: their language (en, zh-Hans …) and time zone."""

    locale: babel.Locale
    time_zone: tzinfo


@lru_cache(maxsize=1_000)
def reader_of(language: str | None, time_zone: str | None) -> Reader:
    """Unknown languages and zones fall back to English and UTC. Kept: finding a locale takes longer than all else of a short message."""
    try:
        locale = babel.Locale.parse((language or FALLBACK_LANGUAGE).replace("-", "_"))
    except (ValueError, babel.UnknownLocaleError):
        locale = babel.Locale.parse(FALLBACK_LANGUAGE)
    try:
        zone = ZoneInfo(time_zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = ZoneInfo("UTC")
    return Reader(locale, zone)


def format_value(value: Any, reader: Reader, style: str = "medium") -> str:
    """ "" for blank. `style` of a date or time: short, medium, long or full."""
    match value:
        case None:
            return ""
        case bool():
            yes, no = ("是", "否") if reader.locale.language == "zh" else ("yes", "no")
            return yes if value else no
        case int() | Decimal():
            return format_decimal(value, locale=reader.locale, decimal_quantization=False)
        case datetime():
            return format_datetime(value, style, tzinfo=reader.time_zone, locale=reader.locale)
        case date():
            return format_date(value, style, locale=reader.locale)
        case time():
            return format_time(value, "short", locale=reader.locale)
        case tuple() | list():
            return ", ".join(format_value(item, reader, style) for item in value)
        case _:
            return str(value)
