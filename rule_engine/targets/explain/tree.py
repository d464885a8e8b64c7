"""What an evaluation did, as a tree: every part of a formula with the value it had."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from rule_engine.errors import FormulaError
from rule_engine.runtime.numbers import number_text
from rule_engine.runtime.values import cut, shown_value
from rule_engine.types import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a part has no value. `kind`: a stable code, such as division_by_zero."""

    kind: str
    message: str

    def as_error(self) -> FormulaError:
        return FormulaError(self.kind, self.message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One part of a formula. `text` is source[start:end]; `what`: field, constant, function LEFT, operator +, row 3, ...;
    `value` is in Python form, None for blank. A part that was not needed `is_skipped` and has no parts. `failure`: of
    this part or of one below it. `rows_left_out`: how many rows of a child list have no part of their own here."""

    text: str
    start: int
    end: int
    what: str
    kind: Kind
    value: Any = None
    failure: Failure | None = None
    is_skipped: bool = False
    children: tuple[Explanation, ...] = ()
    rows_left_out: int = 0

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values: numbers are decimal texts, dates and times ISO 8601 texts."""
        shown: dict[str, Any] = {
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "what": self.what,
            "kind": self.kind.value,
            "value": _json_value(self.value),
            "error": {"kind": self.failure.kind, "message": self.failure.message} if self.failure else None,
            "is_skipped": self.is_skipped,
            "children": [child.to_json() for child in self.children],
        }
        if self.rows_left_out:
            shown["rows_left_out"] = self.rows_left_out
        return shown

    def to_text(self) -> str:
        """One line for each part, indented below what it is a part of."""
        return "\n".join(self._lines(0))

    def _lines(self, level: int) -> Iterator[str]:
        indent = "  " * level
        yield f"{indent}{_one_line(self.text)}  ->  {self._outcome()}"
        for child in self.children:
            yield from child._lines(level + 1)
        if self.rows_left_out:
            yield f"{indent}  and {self.rows_left_out} more rows"

    def _outcome(self) -> str:
        if self.is_skipped:
            return "not evaluated"
        return f"failed: {self.failure.message}" if self.failure else shown_value(self.value)


def _one_line(text: str) -> str:
    return cut(" ".join(text.split()))


def _json_value(value: Any) -> Any:
    match value:
        case Decimal():
            return number_text(value)
        case date() | time():
            return value.isoformat()
        case tuple() | list():
            return [_json_value(one) for one in value]
        case None | bool() | int() | str():
            return value
    return str(value)
