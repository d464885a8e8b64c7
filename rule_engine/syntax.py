"""The syntax tree of formulas: one frozen class for one grammar rule, each with its place in the source.

`start` and `end` are offsets into the source, parentheses around a node included. `depth` is the height of the node.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """Any formula, or any part of one."""

    start: int
    end: int
    depth: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberLiteral(Expression):
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLiteral(Expression):
    """`value` is unescaped; `source` is the literal as written, with its quotes."""

    value: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BooleanLiteral(Expression):
    value: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NullLiteral(Expression):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Expression):
    """A field, a path across lookups or a global, in the letter case of the source: ("account", "owner", "name").

    Templates of Salesforce's add two things, which are kept: marks such as %%%NAMESPACE%%% before a part, and
    `is_merged`, for a name in `{!...}`."""

    path: tuple[str, ...]
    is_merged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Expression):
    """`name` in the letter case of the source; `name_end` is where it ends."""

    name: str
    name_end: int
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnaryOperation(Expression):
    """`operator`: one of `+ - !`."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class BinaryOperation(Expression):
    """`operator`: one of `= <> < <= > >= + - * / ^` (`==` and `!=` are read as `=` and `<>`)."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain(Expression):
    """Two or more operands of one associative operator: `&&`, `||` or `&`."""

    operator: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership(Expression):
    """`subject in (values)`."""

    subject: Expression
    values: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLiteral(Expression):
    """`(a, b)`: two or more values, as an argument of a call."""

    values: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Between(Expression):
    """`subject between low and high`, both ends included."""

    subject: Expression
    low: Expression
    high: Expression


def children(node: Expression) -> tuple[Expression, ...]:
    """The direct parts of a node, in source order."""
    match node:
        case Call(arguments=parts) | Chain(operands=parts) | ListLiteral(values=parts):
            return parts
        case UnaryOperation(operand=operand):
            return (operand,)
        case BinaryOperation(left=left, right=right):
            return (left, right)
        case Membership(subject=subject, values=values):
            return (subject, *values)
        case Between(subject=subject, low=low, high=high):
            return (subject, low, high)
    return ()


def walk(node: Expression) -> Iterator[Expression]:
    """The node and everything below it, in source order."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(children(current)))
