"""Dates, datetimes (aware, UTC) and times. The unit of date arithmetic is the day, of time arithmetic the millisecond."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal

from rule_engine.errors import FormulaError
from rule_engine.runtime.numbers import CONTEXT

_DAY_MS = 86_400_000
_DAY_SECONDS = Decimal(86_400)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE_TEXT = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_DATETIME_TEXT = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2}) (\d{1,2}):(\d{1,2}):(\d{1,2})", re.ASCII)
_TIME_TEXT = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})\.(\d{1,3})", re.ASCII)


def _days(number: Decimal) -> timedelta:
    if abs(number) > 4_000_000:
        raise FormulaError("out_of_range", "The date lies outside the years 1 to 9999.")
    return timedelta(days=int(number))


def _seconds(days: Decimal) -> timedelta:
    if abs(days) > 4_000_000:
        raise FormulaError("out_of_range", "The date lies outside the years 1 to 9999.")
    return timedelta(seconds=int(CONTEXT.multiply(days, _DAY_SECONDS).to_integral_value(ROUND_HALF_UP)))


def _out_of_range(error: Exception) -> FormulaError:
    return FormulaError("out_of_range", f"No such date: {error}.")


def add_days(day: date, number: Decimal) -> date:
    """The number is truncated to whole days."""
    try:
        return day + _days(number)
    except OverflowError as error:
        raise _out_of_range(error) from None


def subtract_days(day: date, number: Decimal) -> date:
    return add_days(day, number.copy_negate())


def add_time_span(moment: datetime, days: Decimal) -> datetime:
    """Rounded half up to whole seconds."""
    try:
        return moment + _seconds(days)
    except OverflowError as error:
        raise _out_of_range(error) from None


def subtract_time_span(moment: datetime, days: Decimal) -> datetime:
    return add_time_span(moment, days.copy_negate())


def days_between(later: date, earlier: date) -> Decimal:
    return Decimal((later - earlier).days)


def time_span_between(later: datetime, earlier: datetime) -> Decimal:
    """In days."""
    microseconds = (later - earlier) // timedelta(microseconds=1)
    return CONTEXT.divide(Decimal(microseconds), Decimal(_DAY_MS * 1000))


def _milliseconds(moment: time) -> int:
    return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * 1000 + moment.microsecond // 1000


def _time(milliseconds: int) -> time:
    seconds, rest = divmod(milliseconds % _DAY_MS, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return time(hour, minute, second, rest * 1000)


def add_milliseconds(moment: time, number: Decimal) -> time:
    """Goes round the clock."""
    return _time(_milliseconds(moment) + int(number))


def subtract_milliseconds(moment: time, number: Decimal) -> time:
    return _time(_milliseconds(moment) - int(number))


def milliseconds_between(later: time, earlier: time) -> Decimal:
    """Never negative: goes round the clock."""
    return Decimal((_milliseconds(later) - _milliseconds(earlier)) % _DAY_MS)


def make_date(year: Decimal, month: Decimal, day: Decimal) -> date:
    try:
        return date(int(year), int(month), int(day))
    except (ValueError, OverflowError) as error:
        raise _out_of_range(error) from None


def add_months(day: date, months: Decimal) -> date:
    """Clamped to the target month; the last day of a month stays the last day. Keeps the time of a datetime."""
    if abs(months) > 120_000:
        raise FormulaError("out_of_range", "The date lies outside the years 1 to 9999.")
    index = day.year * 12 + day.month - 1 + int(months)
    year, month = divmod(index, 12)
    if not 1 <= year <= 9999:
        raise FormulaError("out_of_range", "The date lies outside the years 1 to 9999.")
    last = calendar.monthrange(year, month + 1)[1]
    was_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return day.replace(year=year, month=month + 1, day=last if was_last else min(day.day, last))


def parse_date(text: str) -> date:
    """`YYYY-M-D`; what follows is ignored."""
    match = _DATE_TEXT.match(text)
    try:
        if match:
            return date(*map(int, match.groups()))
    except ValueError:
        pass
    raise FormulaError("invalid_date_or_time_text", f'"{text[:40]}" is not a date; write YYYY-MM-DD.')


def parse_datetime(text: str) -> datetime:
    """`YYYY-M-D H:M:S` in UTC; what follows is ignored."""
    match = _DATETIME_TEXT.match(text)
    try:
        if match:
            year, month, day, hour, minute, second = map(int, match.groups())
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        pass
    raise FormulaError("invalid_date_or_time_text", f'"{text[:40]}" is not a datetime; write YYYY-MM-DD HH:MM:SS.')


def parse_time(text: str) -> time:
    """`HH:MM:SS.mmm`, the whole text; the last part is a whole number of milliseconds."""
    match = _TIME_TEXT.fullmatch(text)
    try:
        if match:
            hour, minute, second, millisecond = map(int, match.groups())
            return time(hour, minute, second, millisecond * 1000)
    except ValueError:
        pass
    raise FormulaError("invalid_date_or_time_text", f'"{text[:40]}" is not a time; write HH:MM:SS.mmm.')


def midnight(day: date) -> datetime:
    """0:00 UTC of the day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def day_of(moment: datetime, time_zone: tzinfo) -> date:
    """The day in the user's time zone."""
    try:
        return moment.astimezone(time_zone).date()
    except OverflowError as error:
        raise _out_of_range(error) from None


def time_of(moment: datetime) -> time:
    """The time of day in UTC."""
    return _time(_milliseconds(moment.time()))


def year(day: date) -> Decimal:
    return Decimal(day.year)


def month(day: date) -> Decimal:
    return Decimal(day.month)


def day_of_month(day: date) -> Decimal:
    return Decimal(day.day)


def day_of_year(day: date) -> Decimal:
    return Decimal(day.timetuple().tm_yday)


def weekday(day: date) -> Decimal:
    """1 = Sunday."""
    return Decimal(day.isoweekday() % 7 + 1)


def iso_week(day: date) -> Decimal:
    return Decimal(day.isocalendar().week)


def iso_year(day: date) -> Decimal:
    return Decimal(day.isocalendar().year)


def hour(moment: time) -> Decimal:
    return Decimal(moment.hour)


def minute(moment: time) -> Decimal:
    return Decimal(moment.minute)


def second(moment: time) -> Decimal:
    return Decimal(moment.second)


def millisecond(moment: time) -> Decimal:
    return Decimal(moment.microsecond // 1000)


def unix_timestamp(moment: datetime) -> Decimal:
    return Decimal((moment - _EPOCH) // timedelta(seconds=1))


def unix_timestamp_of_date(day: date) -> Decimal:
    return unix_timestamp(midnight(day))


def seconds_of_day(moment: time) -> Decimal:
    return Decimal(_milliseconds(moment) // 1000)


def from_unix_timestamp(seconds: Decimal) -> datetime:
    try:
        return _EPOCH + timedelta(seconds=int(seconds))
    except OverflowError as error:
        raise _out_of_range(error) from None


def date_text(day: date) -> str:
    return day.isoformat()


def datetime_text(moment: datetime) -> str:
    moment = moment.astimezone(UTC)
    return f"{moment.year:04}-{moment.month:02}-{moment.day:02} {moment:%H:%M:%S}Z"


def time_text(moment: time) -> str:
    return moment.isoformat("milliseconds")


def duration_of_seconds(seconds: Decimal, with_days: bool = False) -> str:
    return _duration(int(seconds.copy_abs()), with_days=with_days)


def duration_of_times(first: time, second_time: time) -> str:
    return _duration(abs(_milliseconds(first) - _milliseconds(second_time)) // 1000, with_days=False)


def duration_of_datetimes(first: datetime, second_moment: datetime) -> str:
    return _duration(abs(first - second_moment) // timedelta(seconds=1), with_days=True)


def _duration(seconds: int, *, with_days: bool) -> str:
    hours, rest = divmod(seconds, 3600)
    tail = f"{rest // 60:02}:{rest % 60:02}"
    return f"{hours // 24}:{hours % 24:02}:{tail}" if with_days else f"{hours:02}:{tail}"


def midnight_in(day: date, time_zone: tzinfo) -> datetime:
    """0:00 of the day in the user's time zone."""
    try:
        return datetime(day.year, day.month, day.day, tzinfo=time_zone).astimezone(UTC)
    except OverflowError as error:
        raise _out_of_range(error) from None
