"""What every node of the rule syntax tree has, and its leaves. Formulas inside rules are rule_engine.syntax nodes."""

from __future__ import annotations

from dataclasses import dataclass, field

from rule_engine.syntax import Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """`start`, `end`: offsets into the rule file. Two nodes are equal wherever they stand."""

    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word(Node):
    """A bare name: an object, a field, a queue, a channel. `text` as written, `name` as names are kept."""

    text: str

    @property
    def name(self) -> str:
        return self.text.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration(Node):
    """`unit` is singular: "day". Business time runs by `calendar`."""

    count: int
    unit: str
    is_business: bool = False
    calendar: Word | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOfDay(Node):
    """`text` as written, "09:00"; whether there is such a time is the checker's question."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldValue(Node):
    """`field = value`."""

    field: Word
    value: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Node):
    """Either a template's name or a text formula."""

    template: Word | None = None
    text: Expression | None = None
