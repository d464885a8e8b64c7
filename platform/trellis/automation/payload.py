"""Field values as JSON and back, keeping their types, for what waits in the outbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import orjson

from metamodel.fields.sealed import Sealed

_READERS: dict[str, Callable[[Any], Any]] = {
    "decimal": Decimal,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "list": tuple,
}


def dump_payload(payload: dict[str, Any]) -> str:
    """JSON text; what JSON has no type for becomes {"$": type, "value": text}."""
    return orjson.dumps(mark_value(payload), option=orjson.OPT_SORT_KEYS).decode()


def load_payload(text: str) -> dict[str, Any]:
    """What `dump_payload` was given."""
    loaded = unmark_value(orjson.loads(text))
    if not isinstance(loaded, dict):
        raise ValueError("the payload is not an object")
    return loaded


def plain_payload(text: str) -> dict[str, Any]:
    """The same as plain JSON, for people: a decimal, a date or a time is the text of it."""
    loaded = plain_value(orjson.loads(text))
    if not isinstance(loaded, dict):
        raise ValueError("the payload is not an object")
    return loaded


def mark_value(value: Any) -> Any:
    """What JSON can say, with marks for types that it has not; of a sealed value no more than that there is one. Raises TypeError."""
    match value:
        case None | bool() | int() | str():
            return value
        case Sealed():
            return str(value)
        case Decimal():
            return {"$": "decimal", "value": str(value)}
        case datetime():
            return {"$": "datetime", "value": value.isoformat()}
        case date():
            return {"$": "date", "value": value.isoformat()}
        case time():
            return {"$": "time", "value": value.isoformat()}
        case tuple() | list():
            return {"$": "list", "value": [mark_value(item) for item in value]}
        case dict():
            return {name: mark_value(item) for name, item in value.items()}
        case _:
            raise TypeError(f"a payload cannot hold {type(value).__name__}")


def unmark_value(value: Any) -> Any:
    """What `mark_value` was given."""
    if isinstance(value, list):
        return [unmark_value(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$" in value:
        return _READERS[value["$"]](unmark_value(value["value"]))
    return {name: unmark_value(item) for name, item in value.items()}


def plain_value(value: Any) -> Any:
    """What `mark_value` gave, without the marks."""
    if isinstance(value, list):
        return [plain_value(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$" in value:
        return plain_value(value["value"])
    return {name: plain_value(item) for name, item in value.items()}
