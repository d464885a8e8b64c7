"""SQLite: numbers are stored as scaled integers and computed as canonical decimal text by registered functions.

A built-in without SQL of its own runs its Python (see rule_engine.targets.sqlite_functions), so that both agree.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

import sqlalchemy as sa

from rule_engine import typed
from rule_engine.runtime.numbers import number_text
from rule_engine.targets.sql.dialect import Element
from rule_engine.types import Kind, Type

_BIGGEST = 2**63 - 1
_ROUNDING = {"<": ROUND_CEILING, ">=": ROUND_CEILING, ">": ROUND_FLOOR, "<=": ROUND_FLOOR}


class SqliteDialect:
    """See rule_engine.targets.sql.dialect.Dialect."""

    name = "sqlite"

    def sql_type(self, kind: Kind) -> sa.types.TypeEngine[Any]:
        return sa.Boolean() if kind is Kind.BOOLEAN else sa.Text()

    def literal(self, value: Any, kind: Kind) -> Element:
        if value is None:
            return sa.type_coerce(sa.null(), self.sql_type(kind))
        if isinstance(value, bool):
            return sa.true() if value else sa.false()
        return sa.literal(_text_form(value), sa.Text())

    def stored(self, column: Element, type_: Type) -> Element:
        return sa.type_coerce(column, sa.BigInteger() if type_.kind is Kind.NUMBER else self.sql_type(type_.kind))

    def stored_number(self, value: Decimal, type_: Type) -> Element | None:
        scaled = _scaled(value, type_)
        return _integer(scaled) if scaled == scaled.to_integral_value() else None

    def stored_bound(self, value: Decimal, type_: Type, operator: str) -> Element | None:
        return _integer(_scaled(value, type_).to_integral_value(_ROUNDING[operator]))

    def read(self, column: Element, type_: Type) -> Element:
        if type_.kind is not Kind.NUMBER:
            return column
        return sa.func.trellis_number(column, sa.literal(_scale(type_), sa.Integer()), type_=sa.Text())

    def as_text(self, element: Element) -> Element:
        return element

    def identifier(self, value: str) -> Element | None:
        try:
            return sa.literal(str(uuid.UUID(value)), sa.Text())
        except ValueError:
            return None

    def ordered(self, first: Element, second: Element, kind: Kind) -> tuple[Element, Element]:
        """Numbers by a function: a collation would rule comparisons of texts around this one too."""
        if kind is not Kind.NUMBER:
            return first, second
        return sa.func.trellis_order(first, second, type_=sa.Integer()), sa.literal_column("0", sa.Integer())

    def apply(self, node: typed.Apply, arguments: Sequence[Element]) -> Element:
        sql_type = self.sql_type(node.form.result.kind)
        if node.form.sqlite is not None:
            return sa.type_coerce(node.form.sqlite(self, *arguments), sql_type)
        function: Any = getattr(sa.func, f"trellis_{node.form.key}")
        result: Element = function(*arguments, type_=sql_type)
        return result

    def failed(self, node: typed.Apply, arguments: Sequence[Element]) -> Element:
        function: Any = getattr(sa.func, f"trellis_fails_{node.form.key}")
        result: Element = function(*arguments, type_=sa.Boolean())
        return result

    def aggregate(self, function: str, kind: Kind, value: Element | None) -> Element:
        """Numbers are gathered, and counted by the same Python as elsewhere; other values are texts in order."""
        if value is None:
            return sa.cast(sa.func.count(), sa.Text())
        if kind is not Kind.NUMBER:
            return sa.type_coerce(getattr(sa.func, function)(value), sa.Text())
        aggregate: Any = getattr(sa.func, f"trellis_over_{function}")
        result: Element = aggregate(sa.func.json_group_array(value), type_=sa.Text())
        return result

    def holds(self, subject: Element, values: Sequence[str]) -> Element:
        tests = (sa.func.trellis_holds(subject, value, type_=sa.Boolean()) for value in values)
        return sa.or_(sa.false(), *tests)

    def holds_one(self, subject: Element, value: Element) -> Element:
        return sa.func.trellis_holds(subject, value, type_=sa.Boolean())


def _scale(type_: Type) -> int:
    return (type_.scale or 0) + (2 if type_.percent else 0)


def _scaled(value: Decimal, type_: Type) -> Decimal:
    sign, digits, exponent = value.as_tuple()
    return Decimal((sign, digits, int(exponent) + _scale(type_)))


def _integer(value: Decimal) -> Element | None:
    return sa.literal(int(value), sa.BigInteger()) if abs(value) <= _BIGGEST else None


def _text_form(value: Any) -> str:
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
    if isinstance(value, time):
        return value.isoformat("milliseconds")
    return value.isoformat() if isinstance(value, date) else str(value)
