"""Python values to the driver's values and back, for each kind of column and each database; the table is in docs/reference.

PostgreSQL's driver speaks Python values already, but for lists. SQLite stores numbers as scaled integers, everything else as text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from metamodel.columns import Column, ColumnKind
from trellis.storage.database import DialectName

Codec = Callable[[Any], Any]


def encoder(column: Column | ColumnKind, dialect: DialectName) -> Codec:
    """What turns a Python value (None stays None) into the driver's value for `column`. A decimal needs the Column, for its scale."""
    kind, scale = _kind_and_scale(column)
    if dialect == "postgresql":
        return _POSTGRESQL_ENCODERS.get(kind, as_it_is)
    if kind is ColumnKind.DECIMAL:
        return _decimal_to_integer(scale)
    return _SQLITE_ENCODERS.get(kind, as_it_is)


def decoder(column: Column | ColumnKind, dialect: DialectName) -> Codec:
    """What turns the driver's value for `column` into the Python value; None stays None."""
    kind, scale = _kind_and_scale(column)
    if dialect == "postgresql":
        return _POSTGRESQL_DECODERS.get(kind, as_it_is)
    if kind is ColumnKind.DECIMAL:
        return _integer_to_decimal(scale)
    return _SQLITE_DECODERS.get(kind, as_it_is)


def list_encoder(column: Column | ColumnKind, dialect: DialectName) -> Callable[[Sequence[Any]], Any]:
    """What turns many values into the one parameter that trellis.storage.expressions.any_of compares with."""
    encode = encoder(column, dialect)
    if dialect == "postgresql":
        return lambda values: [encode(value) for value in values]
    return lambda values: json.dumps([encode(value) for value in values], ensure_ascii=False)


def datetime_text(value: datetime) -> str:
    """An aware moment as stored by SQLite and shown by the API: UTC, whole milliseconds (cut, not rounded), a final Z."""
    moment = value if value.tzinfo is UTC else value.astimezone(UTC)
    return moment.isoformat(timespec="milliseconds")[:-6] + "Z"


def time_text(value: time) -> str:
    return value.isoformat(timespec="milliseconds")


def _kind_and_scale(column: Column | ColumnKind) -> tuple[ColumnKind, int]:
    if isinstance(column, Column):
        return column.kind, column.scale or 0
    return column, 0


def as_it_is(value: Any) -> Any:
    return value


def _unless_blank(convert: Codec) -> Codec:
    def converted(value: Any) -> Any:
        return None if value is None else convert(value)

    return converted


def _decimal_to_integer(scale: int) -> Codec:
    def convert(value: Decimal) -> int:
        scaled = value.scaleb(scale)
        whole = int(scaled)
        if whole != scaled:
            raise ValueError(f"{value} has more than {scale} digits after the point")
        return whole

    return _unless_blank(convert)


def _integer_to_decimal(scale: int) -> Codec:
    return _unless_blank(lambda value: Decimal(value).scaleb(-scale))


def _utc_milliseconds(value: datetime) -> datetime:
    return value.astimezone(UTC).replace(microsecond=value.microsecond // 1000 * 1000)


_POSTGRESQL_ENCODERS: dict[ColumnKind, Codec] = {
    ColumnKind.DATETIME: _unless_blank(_utc_milliseconds),
    ColumnKind.TEXT_LIST: _unless_blank(list),
}
_POSTGRESQL_DECODERS: dict[ColumnKind, Codec] = {ColumnKind.TEXT_LIST: _unless_blank(tuple)}
_SQLITE_ENCODERS: dict[ColumnKind, Codec] = {
    ColumnKind.BOOLEAN: _unless_blank(int),
    ColumnKind.DATE: _unless_blank(date.isoformat),
    ColumnKind.DATETIME: _unless_blank(datetime_text),
    ColumnKind.TIME: _unless_blank(time_text),
    ColumnKind.TEXT_LIST: _unless_blank(
        lambda value: json.dumps(list(value), ensure_ascii=False, separators=(",", ":"))
    ),
}
_SQLITE_DECODERS: dict[ColumnKind, Codec] = {
    ColumnKind.BOOLEAN: _unless_blank(bool),
    ColumnKind.DATE: _unless_blank(date.fromisoformat),
    ColumnKind.DATETIME: _unless_blank(datetime.fromisoformat),
    ColumnKind.TIME: _unless_blank(time.fromisoformat),
    ColumnKind.TEXT_LIST: _unless_blank(lambda value: tuple(json.loads(value))),
}
