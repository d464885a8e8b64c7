"""The functions and the collation that compiled formulas need on a SQLite connection.

Each built-in is registered as `trellis_KEY`: values arrive and leave in the forms SQLite stores (numbers as canonical
decimal text: plain notation, no trailing zeros), a failure gives NULL. `trellis_fails_KEY` tells whether it fails.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from rule_engine.errors import FormulaError
from rule_engine.functions import FUNCTIONS
from rule_engine.functions.entry import Form
from rule_engine.runtime.aggregates import OVER_ROWS
from rule_engine.runtime.numbers import CONTEXT, number_text
from rule_engine.types import Kind

_CONTEXT_DECODERS: dict[str, Callable[[Any], Any]] = {
    "time_zone": lru_cache(ZoneInfo),
    "today": date.fromisoformat,
    "now": lambda text: _datetime(text),
    "currency_rates": lru_cache(maxsize=8)(
        lambda text: {code: Decimal(rate) for code, rate in json.loads(text).items()}
    ),
}


class SqliteConnection(Protocol):
    """What is used of sqlite3.Connection."""

    def create_function(
        self, name: str, narg: int, func: Callable[..., Any] | None, *, deterministic: bool = False
    ) -> None: ...

    def create_collation(self, name: str, callback: Callable[[str, str], int] | None, /) -> None: ...


def register_sqlite_functions(connection: SqliteConnection) -> None:
    """Prepares a connection, before its first statement with a formula."""
    for name, function in _sqlite_functions().items():
        connection.create_function(name, -1, function, deterministic=True)
    connection.create_collation("TRELLIS_DECIMAL", compare_decimal_texts)


def compare_decimal_texts(first: str, second: str) -> int:
    """-1, 0 or 1, as the collation TRELLIS_DECIMAL wants it."""
    left, right = Decimal(first), Decimal(second)
    return (left > right) - (left < right)


@lru_cache(maxsize=1)
def _sqlite_functions() -> dict[str, Callable[..., Any]]:
    functions: dict[str, Callable[..., Any]] = {
        "trellis_number": _stored_number,
        "trellis_order": _order,
        "trellis_holds": _holds,
    }
    functions |= {f"trellis_over_{name}": _over_rows(aggregate) for name, aggregate in OVER_ROWS.items()}
    for function in FUNCTIONS.values():
        for form in function.forms:
            functions[f"trellis_{form.key}"] = _adapted(form)
            if form.can_fail:
                functions[f"trellis_fails_{form.key}"] = _failing(form)
    return functions


def _stored_number(stored: int | None, scale: int) -> str | None:
    """A scaled integer as canonical decimal text."""
    return None if stored is None else number_text(Decimal(stored).scaleb(-scale, CONTEXT))


def _order(first: str | None, second: str | None) -> int | None:
    """-1, 0 or 1: how two numbers compare."""
    return None if first is None or second is None else compare_decimal_texts(first, second)


def _holds(stored: str | None, value: str) -> bool | None:
    return None if stored is None else value in json.loads(stored)


def _over_rows(aggregate: Callable[[Sequence[Any]], Any]) -> Callable[[str], str | None]:
    """An aggregate over a JSON list of numbers as texts."""

    def function(values: str) -> str | None:
        try:
            result = aggregate([None if text is None else Decimal(text) for text in json.loads(values)])
        except (FormulaError, ArithmeticError):
            return None
        return None if result is None else number_text(result)

    return function


def _adapted(form: Form) -> Callable[..., Any]:
    compute, encode = _computation(form), _encoder(form.result.kind)

    def function(*arguments: Any) -> Any:
        try:
            result = compute(arguments)
        except (FormulaError, ArithmeticError):
            return None
        return None if result is None else encode(result)

    return function


def _failing(form: Form) -> Callable[..., Any]:
    compute = _computation(form)

    def function(*arguments: Any) -> bool:
        try:
            compute(arguments)
        except (FormulaError, ArithmeticError):
            return True
        return False

    return function


def _computation(form: Form) -> Callable[[Sequence[Any]], Any]:
    needs = [_CONTEXT_DECODERS[need] for need in form.needs]

    def compute(arguments: Sequence[Any]) -> Any:
        count = len(arguments) - len(needs)
        if not form.takes_blanks and None in arguments:
            return None
        values = [
            None if value is None else _DECODERS[form.parameter(index)](value)
            for index, value in enumerate(arguments[:count])
        ]
        context = [decode(value) for decode, value in zip(needs, arguments[count:], strict=True)]
        return form.python(*values, *context)

    return compute


def _datetime(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _point(text: str) -> tuple[Decimal, Decimal]:
    latitude, longitude = text.split(",")
    return Decimal(latitude), Decimal(longitude)


def _text(value: str) -> str:
    return value


_DECODERS: dict[Kind, Callable[[Any], Any]] = {
    Kind.NUMBER: Decimal,
    Kind.TEXT: _text,
    Kind.ID: _text,
    Kind.PICKLIST: _text,
    Kind.BOOLEAN: bool,
    Kind.DATE: date.fromisoformat,
    Kind.DATETIME: _datetime,
    Kind.TIME: time.fromisoformat,
    Kind.GEOLOCATION: _point,
}


def _encoder(kind: Kind) -> Callable[[Any], Any]:
    return _ENCODERS.get(kind, _text)


def _encode_datetime(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _encode_point(point: tuple[Decimal, Decimal]) -> str:
    return f"{point[0]},{point[1]}"


_ENCODERS: dict[Kind, Callable[[Any], Any]] = {
    Kind.NUMBER: number_text,
    Kind.BOOLEAN: bool,
    Kind.DATE: date.isoformat,
    Kind.DATETIME: _encode_datetime,
    Kind.TIME: lambda moment: moment.isoformat("milliseconds"),
    Kind.GEOLOCATION: _encode_point,
}
