"""What a webhook is to tell: the values that a rule posts, or the words of a message and whom they are for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal

import orjson

from trellis.automation.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """`kind`: "webhook" posts `values`; "sms" says `text` to `to`, a telephone number; "chat" says it into a room, and to `people` in
    it and to those who are known by a name in the chat only (`chat_ids`). `key`: the same however often it is tried."""

    kind: Literal["webhook", "sms", "chat"]
    key: str
    object: str
    record_id: str
    rule: str
    values: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    link: str | None = None
    to: str = ""
    people: tuple[Person, ...] = ()
    chat_ids: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """As plain text: what posted values amount to where only words can be said."""
        if self.kind != "webhook":
            return self.text
        given = {name: value for name, value in self.values.items() if name != "text"}
        lines = [str(self.values.get("text") or ""), *(f"{name}: {plain(value)}" for name, value in given.items())]
        return "\n".join(line for line in lines if line) or self.rule


def dump_json(value: Any) -> bytes:
    """JSON with exact numbers; dates and times as ISO 8601 writes them."""
    return orjson.dumps(_jsonable(value))


def plain(value: Any) -> str:
    """ "" for blank, JSON for all but texts."""
    if value is None or isinstance(value, str):
        return value or ""
    text = dump_json(value).decode()
    return text[1:-1] if text.startswith('"') else text


def _jsonable(value: Any) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal():
            return orjson.Fragment(format(value, "f"))
        case datetime() | date() | time():
            return value.isoformat().removesuffix("+00:00") + ("Z" if value.isoformat().endswith("+00:00") else "")
        case Mapping():
            return {str(name): _jsonable(item) for name, item in value.items()}
        case tuple() | list():
            return [_jsonable(item) for item in value]
    raise TypeError(f"JSON has nothing for {type(value).__name__}")
