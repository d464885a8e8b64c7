"""PostgreSQL: everything is an expression of the database's own types and functions, never a guess at their text."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from rule_engine import typed
from rule_engine.errors import UnsupportedOnTarget
from rule_engine.functions import FUNCTIONS
from rule_engine.targets.sql.dialect import Element
from rule_engine.targets.sql.postgresql_writer import PostgresqlWriter
from rule_engine.types import Kind, Type

_TYPES: dict[Kind, sa.types.TypeEngine[Any]] = {
    Kind.NUMBER: sa.Numeric(),
    Kind.BOOLEAN: sa.Boolean(),
    Kind.DATE: sa.Date(),
    Kind.DATETIME: sa.DateTime(timezone=True),
    Kind.TIME: sa.Time(),
    Kind.ID: postgresql.UUID(as_uuid=False),
    Kind.MULTI_PICKLIST: postgresql.ARRAY(sa.Text()),
    Kind.GEOLOCATION: postgresql.ARRAY(sa.Double()),
}


class PostgresqlDialect:
    """See rule_engine.targets.sql.dialect.Dialect."""

    name = "postgresql"

    def __init__(self) -> None:
        self._writer = PostgresqlWriter()

    def sql_type(self, kind: Kind) -> sa.types.TypeEngine[Any]:
        return _TYPES.get(kind, sa.Text())

    def literal(self, value: Any, kind: Kind) -> Element:
        if value is None:
            return sa.cast(sa.null(), self.sql_type(kind))
        if isinstance(value, bool):
            return sa.true() if value else sa.false()
        if value in (date.min, date.max):  # which drivers bind as infinite
            return sa.cast(sa.literal(value.isoformat(), sa.Text()), sa.Date())
        return sa.literal(value, self.sql_type(kind))

    def stored(self, column: Element, type_: Type) -> Element:
        return sa.type_coerce(column, self.sql_type(type_.kind))

    def stored_number(self, value: Decimal, type_: Type) -> Element | None:
        if not type_.percent:
            return sa.literal(value, sa.Numeric())
        sign, digits, exponent = value.as_tuple()
        return sa.literal(Decimal((sign, digits, int(exponent) + 2)), sa.Numeric())

    def stored_bound(self, value: Decimal, type_: Type, operator: str) -> Element | None:
        return self.stored_number(value, type_)

    def read(self, column: Element, type_: Type) -> Element:
        if type_.kind is Kind.NUMBER and type_.percent:
            return column * sa.literal(Decimal("0.01"), sa.Numeric())
        return column

    def as_text(self, element: Element) -> Element:
        return sa.cast(element, sa.Text())

    def identifier(self, value: str) -> Element | None:
        try:
            return sa.literal(str(uuid.UUID(value)), self.sql_type(Kind.ID))
        except ValueError:
            return None

    def ordered(self, first: Element, second: Element, kind: Kind) -> tuple[Element, Element]:
        return (sa.collate(first, "C") if kind is Kind.TEXT else first), second

    def apply(self, node: typed.Apply, arguments: Sequence[Element]) -> Element:
        if node.form.postgresql is None:
            raise UnsupportedOnTarget(self.name, _function_name(node))
        result: Element = node.form.postgresql(self._writer, *arguments)
        return sa.type_coerce(result, self.sql_type(node.form.result.kind)).self_group()

    def failed(self, node: typed.Apply, arguments: Sequence[Element]) -> Element:
        if node.form.postgresql_fails is not None:
            fails = node.form.postgresql_fails(self._writer, *arguments)
            return sa.func.coalesce(fails, sa.false(), type_=sa.Boolean())
        given = arguments[: len(node.arguments)]
        return sa.and_(*(argument.is_not(None) for argument in given), self.apply(node, arguments).is_(None))

    def aggregate(self, function: str, kind: Kind, value: Element | None) -> Element:
        if value is None:
            return sa.cast(sa.func.count(), sa.Numeric())
        if function == "sum":
            return sa.func.coalesce(sa.func.sum(value), sa.literal(Decimal(0), sa.Numeric()), type_=sa.Numeric())
        if function == "avg":
            return sa.type_coerce(self._writer.quotient(sa.func.sum(value), sa.func.count(value)), sa.Numeric())
        result: Element = getattr(sa.func, function)(value)
        return sa.type_coerce(result, self.sql_type(kind))

    def holds(self, subject: Element, values: Sequence[str]) -> Element:
        return subject.op("&&", is_comparison=True)(sa.literal(list(values), postgresql.ARRAY(sa.Text())))

    def holds_one(self, subject: Element, value: Element) -> Element:
        return value == sa.any_(subject)


def _function_name(node: typed.Apply) -> str:
    return next(
        function.name for function in FUNCTIONS.values() if any(known.key == node.form.key for known in function.forms)
    )
