"""Functions over dates, datetimes, times and places."""

from __future__ import annotations

from typing import Any

from rule_engine.functions.entry import Form, Function, form
from rule_engine.runtime import dates, places


def calendar_functions() -> tuple[Function, ...]:
    """The clock, parts of dates, and dates from numbers and text."""
    return (
        _date("TODAY", "", "The present day in the user's time zone.", "用户时区的当天日期。", None,
              form("-> date", _same, needs=("today",), sqlite=_bound, postgresql=_bound)),
        _date("NOW", "", "The present moment.", "当前时刻。", None,
              form("-> datetime", _same, needs=("now",), sqlite=_bound, postgresql=_bound)),
        _date("TIMENOW", "", "The present time of day (UTC).", "当前时间（UTC）。", None,
              form("-> time", dates.time_of, needs=("now",), postgresql=lambda sql, now: sql.time_of(now))),
        _date("DATE", "year, month, day", "A date from its parts.", "由年、月、日组成日期。", ("TEXT(DATE(2026, 2, 28))", "2026-02-28"),
              form("number, number, number -> date", dates.make_date, can_fail=True,
                   postgresql=lambda sql, y, m, d: sql.make_date(y, m, d))),
        _date("DATEVALUE", "text | datetime", "The date in a text, or the day of a moment in the user's time zone.",
              "文本中的日期，或某时刻在用户时区的日期。", ('TEXT(DATEVALUE("2026-02-28"))', "2026-02-28"),
              form("datetime -> date", dates.day_of, needs=("time_zone",), can_fail=True,
                   postgresql=lambda sql, moment, zone: sql.day_of(moment, zone)),
              form("text -> date", dates.parse_date, can_fail=True, postgresql=lambda sql, t: sql.parse_date(t)),
              form("date -> date", _same, sqlite=_bound, postgresql=_bound)),
        _date("DATETIMEVALUE", "text | date | datetime", "The moment in a text (UTC), or 0:00 UTC of a day.",
              "文本中的时刻（UTC），或某日的 UTC 零点。", ('TEXT(DATETIMEVALUE("2026-02-28 10:00:00"))', "2026-02-28 10:00:00Z"),
              form("text -> datetime", dates.parse_datetime, can_fail=True, postgresql=lambda sql, t: sql.parse_datetime(t)),
              form("date -> datetime", dates.midnight, postgresql=lambda sql, day: sql.midnight(day, sql.literal("UTC"))),
              form("datetime -> datetime", _same, sqlite=_bound, postgresql=_bound)),
        _date("TIMEVALUE", "text | datetime", "The time in a text, or the time of day of a moment (UTC).",
              "文本中的时间，或某时刻的时间（UTC）。", ('TEXT(TIMEVALUE("10:00:00.000"))', "10:00:00.000"),
              form("text -> time", dates.parse_time, can_fail=True, postgresql=lambda sql, t: sql.parse_time(t)),
              form("datetime -> time", dates.time_of, postgresql=lambda sql, moment: sql.time_of(moment)),
              form("time -> time", _same, sqlite=_bound, postgresql=_bound)),
        _date("ADDMONTHS", "date, months", "The same day so many months later; the last day of a month stays the last.",
              "若干个月后的同一天；月末仍为月末。", ("TEXT(ADDMONTHS(DATE(2026, 1, 31), 1))", "2026-02-28"),
              form("date, number -> date", dates.add_months, can_fail=True, postgresql=lambda sql, d, n: sql.add_months(d, n)),
              form("datetime, number -> datetime", dates.add_months, can_fail=True,
                   postgresql=lambda sql, d, n: sql.add_months_to_moment(d, n))),
        _part("YEAR", "date", dates.year, "The year.", "年份。", ("YEAR(DATE(2026, 2, 28))", "2026"), "year"),
        _part("MONTH", "date", dates.month, "The month, 1 to 12.", "月份，1 到 12。", ("MONTH(DATE(2026, 2, 28))", "2"), "month"),
        _part("DAY", "date", dates.day_of_month, "The day of the month.", "月中的日。", ("DAY(DATE(2026, 2, 28))", "28"), "day"),
        _part("DAYOFYEAR", "date", dates.day_of_year, "The day of the year.", "年中的第几天。",
              ("DAYOFYEAR(DATE(2026, 2, 1))", "32"), "doy"),
        _date("WEEKDAY", "date", "The day of the week, 1 = Sunday.", "星期几，1 = 星期日。", ("WEEKDAY(DATE(2026, 3, 1))", "1"),
              form("date -> number", dates.weekday, postgresql=lambda sql, d: sql.part("dow", d) + 1)),
        _week("ISOWEEK", dates.iso_week, "The ISO 8601 week.", "ISO 8601 周数。", ("ISOWEEK(DATE(2026, 1, 1))", "1"), "week"),
        _week("ISOYEAR", dates.iso_year, "The year the ISO 8601 week belongs to.", "ISO 8601 周所属的年份。",
              ("ISOYEAR(DATE(2027, 1, 1))", "2026"), "isoyear"),
        _part("HOUR", "time", dates.hour, "The hour.", "小时。", ('HOUR(TIMEVALUE("10:20:30.456"))', "10"), "hour"),
        _part("MINUTE", "time", dates.minute, "The minute.", "分钟。", ('MINUTE(TIMEVALUE("10:20:30.456"))', "20"), "minute"),
        _date("SECOND", "time", "The second.", "秒。", ('SECOND(TIMEVALUE("10:20:30.456"))', "30"),
              form("time -> number", dates.second, postgresql=lambda sql, t: sql.call("trunc", sql.part("second", t)))),
        _date("MILLISECOND", "time", "The thousandths of the second.", "毫秒。", ('MILLISECOND(TIMEVALUE("10:20:30.456"))', "456"),
              form("time -> number", dates.millisecond,
                   postgresql=lambda sql, t: sql.call("mod", sql.call("trunc", sql.part("milliseconds", t)), sql.literal(1000)))),
        _date("UNIXTIMESTAMP", "date | datetime | time", "Seconds since 1970, or of the day.", "自 1970 年起的秒数，或当天的秒数。",
              ("UNIXTIMESTAMP(DATE(1970, 1, 2))", "86400"),
              form("datetime -> number", dates.unix_timestamp, postgresql=lambda sql, d: sql.call("floor", sql.part("epoch", d))),
              form("date -> number", dates.unix_timestamp_of_date, postgresql=lambda sql, d: sql.part("epoch", d)),
              form("time -> number", dates.seconds_of_day, postgresql=lambda sql, t: sql.call("trunc", sql.part("epoch", t)))),
        _date("FROMUNIXTIME", "seconds", "The moment so many seconds after 1970.", "1970 年之后若干秒的时刻。",
              ("TEXT(FROMUNIXTIME(86400))", "1970-01-02 00:00:00Z"),
              form("number -> datetime", dates.from_unix_timestamp, can_fail=True,
                   postgresql=lambda sql, seconds: sql.from_unix_timestamp(seconds))),
        _date("FORMATDURATION", "seconds, with_days) | FORMATDURATION(time, time) | FORMATDURATION(datetime, datetime",
              "A span as HH:MM:SS or D:HH:MM:SS.",
              "以 HH:MM:SS 或 D:HH:MM:SS 表示时长。", ("FORMATDURATION(3661)", "01:01:01"),
              form("number, boolean? -> text", dates.duration_of_seconds,
                   postgresql=lambda sql, n, with_days=False: sql.duration(n, sql.literal(with_days))),
              form("time, time -> text", dates.duration_of_times,
                   postgresql=lambda sql, a, b: sql.duration(sql.part("epoch", a) - sql.part("epoch", b), sql.literal(False))),
              form("datetime, datetime -> text", dates.duration_of_datetimes,
                   postgresql=lambda sql, a, b: sql.duration(sql.part("epoch", a) - sql.part("epoch", b), sql.literal(True)))),
        _date("GEOLOCATION", "latitude, longitude", "A place.", "地理位置。", None,
              form("number, number -> geolocation", places.point, takes_blanks=True, gives_blank=True, can_fail=True,
                   postgresql=lambda sql, latitude, longitude: sql.places.point(latitude, longitude),
                   postgresql_fails=lambda sql, latitude, longitude: sql.places.is_no_point(latitude, longitude))),
        _date("DISTANCE", 'place, place, "km" | "mi"', "The distance between two places.", "两地之间的距离。",
              ('ROUND(DISTANCE(GEOLOCATION(0, 0), GEOLOCATION(0, 1), "km"), 0)', "111"),
              form("geolocation, geolocation, text -> number", places.distance, can_fail=True,
                   postgresql=lambda sql, first, second, unit: sql.places.distance(first, second, unit))),
    )  # fmt: skip


def _same(value: Any) -> Any:
    return value


def _bound(_: Any, value: Any) -> Any:
    return value


def _date(
    name: str, parameters: str, english: str, chinese: str, example: tuple[str, str] | None, *forms: Form
) -> Function:
    return Function(
        name=name, usage=f"{name}({parameters})", summary_en=english, summary_zh=chinese, example=example, forms=forms
    )


def _part(
    name: str, kind: str, python: Any, english: str, chinese: str, example: tuple[str, str], part: str
) -> Function:
    single = form(f"{kind} -> number", python, postgresql=lambda sql, value: sql.part(part, value))
    return _date(name, kind, english, chinese, example, single)


def _week(name: str, python: Any, english: str, chinese: str, example: tuple[str, str], part: str) -> Function:
    return _date(
        name,
        "date | datetime",
        english,
        chinese,
        example,
        form("date -> number", python, postgresql=lambda sql, day: sql.part(part, day)),
        form("datetime -> number", python, postgresql=lambda sql, moment: sql.part(part, sql.utc(moment))),
    )
