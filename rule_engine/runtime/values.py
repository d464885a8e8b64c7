"""Values as people read them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from rule_engine.runtime.numbers import number_text

_MAX_SHOWN_TEXT = 60


def shown_value(value: Any) -> str:
    """A value as people read it: texts in quotes, blank as a word."""
    match value:
        case None:
            return "blank"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{cut(value)}"'
        case Decimal():
            return number_text(value)
        case tuple() | list():
            return "(" + ", ".join(shown_value(one) for one in value) + ")"
        case datetime():
            return value.isoformat(" ")
    return str(value)


def cut(text: str) -> str:
    """At most 60 characters of a text."""
    return text if len(text) <= _MAX_SHOWN_TEXT else text[: _MAX_SHOWN_TEXT - 1] + "…"
