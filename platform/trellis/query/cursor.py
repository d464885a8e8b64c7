"""Where a page ended, as an opaque text: the sort values of its last row. What comes back is checked like any input."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from metamodel.columns import Column, ColumnKind
from trellis.errors import InvalidRequest
from trellis.ids import is_id
from trellis.storage.codecs import datetime_text, decoder, encoder, time_text
from trellis.storage.database import DialectName

LONGEST = 40_000
_NUMBER = re.compile(r"-?\d{1,60}(\.\d{1,60})?\Z", re.ASCII)
_LARGEST_INTEGER = 2**63 - 1


class Cursors:
    """Cursors of one sort order. `keys`: what each sort value is, and whether it may be blank; `order`: the object and sort, so
    that no other's cursor is taken."""

    def __init__(self, keys: Sequence[tuple[Column, bool]], dialect: DialectName, order: str) -> None:
        columns = [column for column, _ in keys]
        self._columns = tuple(columns)
        self._nullable = tuple(is_nullable for _, is_nullable in keys)
        self._decoders = tuple(decoder(column, dialect) for column in columns)
        self._encoders = tuple(encoder(column, dialect) for column in columns)
        self._order = zlib.crc32(order.encode())

    def write(self, values: Sequence[Any]) -> str:
        """The cursor after the row with these values, as the driver gave them."""
        texts = [_to_json(decode(value)) for decode, value in zip(self._decoders, values, strict=True)]
        body = json.dumps([self._order, *texts], ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")

    def read(self, cursor: str) -> tuple[Any, ...]:
        """The driver's values. Raises InvalidRequest when this sort order never gave such a cursor."""
        order, *values = self._parse(cursor)
        if order != self._order:
            raise InvalidRequest(
                "The cursor belongs to a list with another order.", hint="Begin again without a cursor."
            )
        if len(values) != len(self._columns):
            raise _not_a_cursor()
        if any(value is None and not is_nullable for value, is_nullable in zip(values, self._nullable, strict=True)):
            raise _not_a_cursor()
        try:
            return tuple(
                encode(_from_json(column, value))
                for column, encode, value in zip(self._columns, self._encoders, values, strict=True)
            )
        except (ValueError, TypeError, ArithmeticError) as error:
            raise _not_a_cursor() from error

    def _parse(self, cursor: str) -> list[Any]:
        if not isinstance(cursor, str) or len(cursor) > LONGEST:
            raise _not_a_cursor()
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            body = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True).decode())
        except (ValueError, binascii.Error, RecursionError) as error:
            raise _not_a_cursor() from error
        if not isinstance(body, list) or not body:
            raise _not_a_cursor()
        return body


def _not_a_cursor() -> InvalidRequest:
    return InvalidRequest(
        "The cursor is not one that this list gave.", hint="Send `next_cursor` of the page before, unchanged."
    )


def _to_json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return datetime_text(value)
    if isinstance(value, time):
        return time_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return value


def _from_json(column: Column, value: Any) -> Any:
    if value is None:
        return None
    read = _READERS[column.kind](value)
    if column.precision is not None and abs(read) > _LARGEST_INTEGER:
        raise ValueError(value)
    return read


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(value)
    value.encode()
    return value


def _decimal(value: Any) -> Decimal:
    if not _NUMBER.match(_text(value)):
        raise ValueError(value)
    return Decimal(value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError(value)
    return moment


def _integer(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _LARGEST_INTEGER:
        raise ValueError(value)
    return value


def _identifier(value: Any) -> str:
    if not is_id(value):
        raise ValueError(value)
    return str(value)


_READERS: dict[ColumnKind, Callable[[Any], Any]] = {
    ColumnKind.TEXT: _text,
    ColumnKind.DECIMAL: _decimal,
    ColumnKind.BOOLEAN: _boolean,
    ColumnKind.DATE: lambda value: date.fromisoformat(_text(value)),
    ColumnKind.DATETIME: _moment,
    ColumnKind.TIME: lambda value: time.fromisoformat(_text(value)),
    ColumnKind.UUID: _identifier,
    ColumnKind.INTEGER: _integer,
}
