"""What the SQL compiler asks of a database: the forms of values, reading of columns, calls of built-ins."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Protocol

import sqlalchemy as sa

from rule_engine import typed
from rule_engine.types import Kind, Type

Element = sa.ColumnElement[Any]


class Dialect(Protocol):
    """One database."""

    name: str

    def sql_type(self, kind: Kind) -> sa.types.TypeEngine[Any]:
        """The type of a value in a formula."""

    def literal(self, value: Any, kind: Kind) -> Element:
        """A bound value in the form values have in a formula; None is a NULL of that kind."""

    def stored(self, column: Element, type_: Type) -> Element:
        """A column as it is stored, typed for comparisons with `stored_number` and `literal`."""

    def stored_number(self, value: Decimal, type_: Type) -> Element | None:
        """A number in the form that a column of this type stores; None when it has none."""

    def stored_bound(self, value: Decimal, type_: Type, operator: str) -> Element | None:
        """The stored number that an ordered comparison may use in place of `value`."""

    def read(self, column: Element, type_: Type) -> Element:
        """A column as a value in a formula."""

    def as_text(self, element: Element) -> Element:
        """An id as text."""

    def identifier(self, value: str) -> Element | None:
        """An id to compare with a stored one; None when the text is none."""

    def ordered(self, first: Element, second: Element, kind: Kind) -> tuple[Element, Element]:
        """What to compare with `<` and its like, in place of two values."""

    def apply(self, node: typed.Apply, arguments: Sequence[Element]) -> Element:
        """A call of a built-in. Raises: UnsupportedOnTarget."""

    def failed(self, node: typed.Apply, arguments: Sequence[Element]) -> Element:
        """Whether that call fails, for arguments that did not."""

    def aggregate(self, function: str, kind: Kind, value: Element | None) -> Element:
        """count, sum, avg, min or max of the values of a query's rows, of that kind; None: of the rows."""

    def holds(self, subject: Element, values: Sequence[str]) -> Element:
        """Whether a stored multi-picklist holds one of the values."""

    def holds_one(self, subject: Element, value: Element) -> Element:
        """Whether it holds the value; may be NULL where it does not."""
