"""What static analysis says of a statement that is allowed but hardly meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal

from rule_engine.wording import Wording, say, say_list

Code = Literal["never_true", "always_true", "shadowed", "overlap", "uncovered", "cycle"]
Example = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """About the statement `name` of `object`, at a 1-based line of its file.

    `row`: which row of a table, from 1; `by`: the earlier rows that together take all of it; `rows`: two that overlap; `example`: a
    record that shows it, by path (None: blank), fields that do not matter left out; `names`: the statements of a cycle, sorted, and
    `more`: how many of them are not named.
    `is_ordinary`: an overlap of rows that ask about different fields, as most tables have; it is not worth a warning.
    """

    code: Code
    name: str
    object: str
    line: int
    row: int | None = None
    by: tuple[int, ...] = ()
    rows: tuple[int, ...] = ()
    example: Example | None = None
    names: tuple[str, ...] = ()
    more: int = 0
    is_ordinary: bool = False

    @property
    def message(self) -> Wording:
        """What is so, without the name and the example."""
        return _say(self)

    @property
    def example_text(self) -> str:
        """`country = "AT", employees = 100`; nothing without an example."""
        return ", ".join(f"{path} = {_literal(value)}" for path, value in (self.example or {}).items())

    @property
    def text(self) -> str:
        """In English, with everything."""
        text = f'"{self.name}" on {self.object}, line {self.line}: {self.message}'
        return f"{text} For example: {self.example_text}." if self.example_text else text

    def to_json(self) -> dict[str, Any]:
        """`by` is a number when one row is enough."""
        told: dict[str, Any] = {
            "finding": self.code,
            "name": self.name,
            "object": self.object,
            "line": self.line,
            "message": self.message,
        }
        if self.row is not None:
            told["row"] = self.row
        if self.by:
            told["by"] = self.by[0] if len(self.by) == 1 else list(self.by)
        if self.rows:
            told["rows"] = list(self.rows)
        if self.names:
            told["with"] = list(self.names)
        if self.example is not None:
            told["example"] = {path: json_value(value) for path, value in self.example.items()}
        return told


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """`unfinished`: tables too large to compare every row with every other. Without `is_finished` there was more than one analysis
    looks at, and there may be findings that are not told."""

    findings: tuple[Finding, ...] = ()
    unfinished: tuple[str, ...] = ()
    is_finished: bool = True


def json_value(value: Any) -> Any:
    """As JSON has it: whole numbers as integers, dates and times in ISO form."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return value


def _literal(value: Any) -> str:
    if value is None:
        return "blank"
    if isinstance(value, str):
        return f'"{value}"'
    return str(json_value(value)).lower() if isinstance(value, bool) else str(json_value(value))


def _say(one: Finding) -> Wording:
    match one:
        case Finding(code="never_true", row=None):
            return say("The condition never holds.")
        case Finding(code="never_true"):
            return say("The condition of row %(row)s never holds.", row=one.row)
        case Finding(code="always_true", row=None):
            return say("The condition always holds.")
        case Finding(code="always_true"):
            return say("The condition of row %(row)s always holds.", row=one.row)
        case Finding(code="shadowed", by=(earlier,)):
            return say("Row %(row)s never decides: row %(by)s takes all that it would.", row=one.row, by=earlier)
        case Finding(code="shadowed"):
            by = say_list(one.by)
            return say("Row %(row)s never decides: rows %(by)s together take all that it would.", row=one.row, by=by)
        case Finding(code="overlap", rows=(first, second)):
            return say("Rows %(first)s and %(second)s both hold; the first decides.", first=first, second=second)
        case Finding(code="uncovered"):
            return say("No row takes some records; they keep their owner.")
        case Finding(names=(_,)):
            return say("The rule sets itself off.")
    if one.more:
        return say("Rules set each other off: %(names)s and %(more)s more.", names=say_list(one.names), more=one.more)
    return say("Rules set each other off: %(names)s.", names=say_list(one.names))
