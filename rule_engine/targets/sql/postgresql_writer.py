"""The words in which built-ins say their PostgreSQL. Every call is blank when one of its arguments is, unless it says
otherwise, and never raises: what is out of range is NULL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from rule_engine.targets.sql.postgresql_places import PostgresqlPlaces
from rule_engine.targets.sql.postgresql_texts import PostgresqlTexts

Element = Any

_EPOCH = date(1970, 1, 1)
_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896
_FIRST_SECOND, _LAST_SECOND = _FIRST_DAY * 86_400, (_LAST_DAY + 1) * 86_400 - 1
_BIGGEST = 2**31 - 1
_DATE_PARTS = (r"^(\d{4})-\d{1,2}-\d{1,2}", r"^\d{4}-(\d{1,2})-\d{1,2}", r"^\d{4}-\d{1,2}-(\d{1,2})")
_WIDE, _FILLER = "\U00010000-\U0010ffff", "\uffff"
_CLOCK = r"(\d{1,2}):(\d{1,2}):(\d{1,2})"


class PostgresqlWriter:
    """Passed to the `postgresql` of every form."""

    def __init__(self) -> None:
        self.texts = PostgresqlTexts()
        self.places = PostgresqlPlaces()

    # plain words

    def call(self, name: str, *arguments: Element) -> Element:
        return getattr(sa.func, name)(*arguments)

    def case(self, *cases: tuple[Element, Element], otherwise: Element = None) -> Element:
        return sa.case(*((test, self.literal(value)) for test, value in cases), else_=self.literal(otherwise))

    def literal(self, value: Any) -> Element:
        """A bound value; expressions are left as they are."""
        if value is None:
            return sa.null()
        if isinstance(value, bool):
            return sa.true() if value else sa.false()
        if isinstance(value, int | Decimal):
            return sa.literal(Decimal(value), sa.Numeric())
        return sa.literal(value, sa.Text()) if isinstance(value, str) else value

    def whole(self, value: int) -> Element:
        """An integer, not a numeric: digits, lengths, positions."""
        return sa.literal(value, sa.Integer())

    def unless_blank(self, parts: Sequence[Element], result: Element) -> Element:
        """For functions that skip blanks."""
        return sa.case((sa.and_(*(part.is_not(None) for part in parts)), result))

    # kinds

    def integer(self, number: Element) -> Element:
        """Truncated, and clamped to what an integer holds."""
        return self.clamped(number, -_BIGGEST, _BIGGEST)

    def clamped(self, number: Element, least: int, most: int) -> Element:
        return sa.case(
            (number >= most, self.whole(most)),
            (number <= least, self.whole(least)),
            else_=sa.cast(sa.func.trunc(number), sa.Integer()),
        )

    def number(self, value: Element) -> Element:
        return sa.cast(value, sa.Numeric())

    def double(self, number: Element) -> Element:
        """NULL past the range of a double, 0 below its smallest numbers."""
        size = sa.func.abs(number)
        in_range = sa.case((size < Decimal("1e-307"), Decimal(0)), (size < Decimal("1e308"), number))
        return sa.cast(in_range, sa.Double())

    def quotient(self, dividend: Element, divisor: Element) -> Element:
        """45 decimals, so that what is left of 39 digits after rounding is the same as elsewhere."""
        return sa.func.round(dividend, self.whole(45)) / sa.func.nullif(divisor, self.whole(0))

    def json_text(self, document: Element, key: Element) -> Element:
        """A member of a JSON object that is written as text; NULL when there is none."""
        return sa.cast(document, JSONB()).op("->>")(key)

    # text

    def as_text(self, value: Element) -> Element:
        return sa.cast(value, sa.Text())

    def number_text(self, number: Element) -> Element:
        return sa.cast(sa.func.trim_scale(number), sa.Text())

    def units(self, text: Element) -> Element:
        """The text with a filler after each character past U+FFFF, so that its characters count as UTF-16 units."""
        wide, filled = self.literal(f"([{_WIDE}])"), self.literal(rf"\1{_FILLER}")
        return sa.func.regexp_replace(text, wide, filled, self.literal("g"))

    def characters(self, units: Element) -> Element:
        """Without fillers, and without the halves of characters that were cut off; NULL for nothing."""
        superfluous = self.literal(f"[{_WIDE}](?!{_FILLER})|{_FILLER}")
        return self.blank_if_empty(sa.func.regexp_replace(units, superfluous, self.literal(""), self.literal("g")))

    def blank_if_empty(self, text: Element) -> Element:
        return sa.func.nullif(text, sa.literal("", sa.Text()))

    def matches(self, text: Element, pattern: str) -> Element:
        return text.op("~", is_comparison=True)(sa.literal(pattern, sa.Text()))

    def letter_case(self, name: str, text: Element, collation: str = "und-x-icu") -> Element:
        """upper or lower by Unicode; the result compares binary again."""
        return sa.collate(self.call(name, sa.collate(text, collation)), "C")

    # dates

    def part(self, name: str, value: Element) -> Element:
        return sa.cast(sa.extract(name, value), sa.Numeric())

    def utc(self, moment: Element) -> Element:
        """A timestamp without time zone."""
        return sa.func.timezone(sa.literal("UTC", sa.Text()), moment)

    def midnight(self, day: Element, zone: Element) -> Element:
        return sa.func.timezone(zone, sa.cast(day, sa.DateTime()))

    def day_of(self, moment: Element, zone: Element) -> Element:
        return sa.cast(sa.func.timezone(zone, moment), sa.Date())

    def time_of(self, moment: Element) -> Element:
        return sa.cast(self.utc(moment), sa.Time())

    def days_between(self, later: Element, earlier: Element) -> Element:
        return sa.cast(_whole_days(later, earlier), sa.Numeric())

    def add_days(self, day: Element, number: Element) -> Element:
        in_range = (_whole_days(day, sa.literal(_EPOCH)) + sa.func.trunc(number)).between(_FIRST_DAY, _LAST_DAY)
        # Clamped, since a number written out is cast while the statement is planned, whatever the CASE around it says.
        moved = day.op("+")(self.integer(number))
        return sa.case((in_range, sa.type_coerce(moved, sa.Date())))

    def add_time_span(self, moment: Element, days: Element) -> Element:
        seconds = sa.func.round(days * 86_400)
        in_range = (self.part("epoch", moment) + seconds).between(_FIRST_SECOND, _LAST_SECOND)
        return sa.case((in_range, moment.op("+")(_interval(seconds, "1 second"))))

    def time_span_between(self, later: Element, earlier: Element) -> Element:
        return sa.func.round(_seconds_between(later, earlier), self.whole(45)) / 86_400

    def add_milliseconds(self, moment: Element, number: Element) -> Element:
        turn = sa.func.mod(sa.func.trunc(number), self.literal(86_400_000))
        return moment.op("+")(_interval(turn, "1 millisecond"))

    def milliseconds_between(self, later: Element, earlier: Element) -> Element:
        span = sa.func.trunc(sa.cast(sa.extract("epoch", later.op("-")(earlier)), sa.Numeric()) * 1000)
        return sa.func.mod(span + 86_400_000, self.literal(86_400_000))

    def make_date(self, year: Element, month: Element, day: Element) -> Element:
        """The first of a clamped month, and so many days on; NULL when that is not the day meant."""
        year, month, day = (sa.func.trunc(part) for part in (year, month, day))
        first = sa.func.make_date(
            self.clamped(year, 1, 9999), self.clamped(month, 1, 12), self.whole(1), type_=sa.Date()
        )
        found = first.op("+")(self.clamped(day, 1, 31) - 1)
        exists = sa.and_(
            year.between(1, 9999), month.between(1, 12), day.between(1, 31), self.part("day", found) == day
        )
        return sa.case((exists, sa.type_coerce(found, sa.Date())))

    def from_unix_timestamp(self, seconds: Element) -> Element:
        whole = sa.func.trunc(seconds)
        return sa.case((whole.between(_FIRST_SECOND, _LAST_SECOND), sa.func.to_timestamp(self.double(whole))))

    def duration(self, seconds: Element, with_days: Element) -> Element:
        """`HH:MM:SS`, or `D:HH:MM:SS` where `with_days`."""
        whole = sa.func.trunc(sa.func.abs(seconds))
        hours = sa.func.div(whole, self.literal(3600))
        tail = self._two_digits(sa.func.mod(sa.func.div(whole, self.literal(60)), self.literal(60))).concat(
            sa.literal(":", sa.Text()).concat(self._two_digits(sa.func.mod(whole, self.literal(60))))
        )
        days = self.as_text(sa.func.div(hours, self.literal(24)))
        long = days.concat(":").concat(self._two_digits(sa.func.mod(hours, self.literal(24)))).concat(":").concat(tail)
        return sa.case((with_days, long), else_=self._two_digits(hours).concat(":").concat(tail))

    def _two_digits(self, number: Element) -> Element:
        text = self.as_text(number)
        return sa.case((number < 10, sa.literal("0", sa.Text()).concat(text)), else_=text)

    def parse_date(self, text: Element) -> Element:
        return self.make_date(*(_captured(text, pattern) for pattern in _DATE_PARTS))

    def parse_datetime(self, text: Element) -> Element:
        start = r"^\d{4}-\d{1,2}-\d{1,2} "
        clock = self._clock(*(_captured(text, start + _only_group(_CLOCK, index)) for index in range(3)))
        return sa.func.timezone(sa.literal("UTC", sa.Text()), self.parse_date(text).op("+")(clock))

    def parse_time(self, text: Element) -> Element:
        pattern = rf"^{_CLOCK}\.(\d{{1,3}})$"
        hour, minute, second, millisecond = (_captured(text, _only_group(pattern, index)) for index in range(4))
        return self._clock(hour, minute, second).op("+")(_interval(millisecond, "1 millisecond"))

    def _clock(self, hour: Element, minute: Element, second: Element) -> Element:
        exists = sa.and_(hour < 24, minute < 60, second < 60)
        clock = sa.func.make_time(
            self.clamped(hour, 0, 23), self.clamped(minute, 0, 59), self.double(self.clamped(second, 0, 59))
        )
        return sa.case((exists, sa.type_coerce(clock, sa.Time())))

    def add_months(self, day: Element, months: Element) -> Element:
        """PostgreSQL clamps to the month; the last day of a month stays the last."""
        months = sa.func.trunc(months)
        index = self.part("year", day) * 12 + self.part("month", day) - 1 + months
        in_range = index.between(12, 119_999)
        first = sa.func.date_trunc("month", sa.cast(day, sa.DateTime()))
        last = first.op("+")(_interval(months + 1, "1 month")).op("-")(_interval(self.whole(1), "1 day"))
        moved = sa.cast(day, sa.DateTime()).op("+")(_interval(months, "1 month"))
        is_last = self.part("day", day.op("+")(self.whole(1))) == 1
        return sa.case((in_range, sa.cast(sa.case((is_last, last), else_=moved), sa.Date())))

    def add_months_to_moment(self, moment: Element, months: Element) -> Element:
        day = sa.cast(self.utc(moment), sa.Date())
        moved = self.add_months(day, months).op("+")(self.time_of(moment))
        return sa.func.timezone(sa.literal("UTC", sa.Text()), moved)


def _whole_days(later: Element, earlier: Element) -> Element:
    return sa.type_coerce(later.op("-")(earlier), sa.Integer())


def _seconds_between(later: Element, earlier: Element) -> Element:
    return sa.cast(sa.extract("epoch", later.op("-")(earlier)), sa.Numeric())


def _interval(count: Element, unit: str) -> Element:
    one = sa.cast(sa.literal(unit, sa.Text()), sa.Interval())
    return sa.cast(count, sa.Double()).op("*")(one)


def _captured(text: Element, pattern: str) -> Element:
    """The one group of a pattern, as a number."""
    return sa.cast(sa.func.substring(text, sa.literal(pattern, sa.Text())), sa.Numeric())


def _only_group(pattern: str, kept: int) -> str:
    """The pattern with but one of its groups capturing."""
    parts = pattern.split("(")
    return parts[0] + "".join(("(" if index == kept else "(?:") + part for index, part in enumerate(parts[1:]))
