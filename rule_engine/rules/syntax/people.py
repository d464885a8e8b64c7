"""Syntax of who gets a record and who hears of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rule_engine.rules.syntax.node import Node, Word
from rule_engine.syntax import Expression, Name, TextLiteral


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight(Node):
    """`anna 3`; a username that is no plain word is a text."""

    user: Word | TextLiteral
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy(Node):
    """How a queue picks a member. `weights` are those of weighted, `path` that of sticky; the rest may go with any."""

    kind: Literal["round robin", "least loaded", "weighted", "sticky"]
    weights: tuple[Weight, ...] = ()
    path: Name | None = None
    counted: Word | None = None
    where: Expression | None = None
    capacity: int | None = None
    hours: Word | None = None
    skips_absent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UserAssignee(Node):
    """A username as a text, or a path to a user."""

    user: TextLiteral | Name


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueAssignee(Node):
    queue: Word
    strategy: Strategy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupAssignee(Node):
    """Anybody of a role or a team."""

    kind: Literal["role", "team"]
    name: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviousOwnerAssignee(Node):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class PathAssignee(Node):
    path: Name


Assignee = UserAssignee | QueueAssignee | GroupAssignee | PreviousOwnerAssignee | PathAssignee


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRecipient(Node):
    kind: Literal["role", "queue", "team"]
    name: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRecipient(Node):
    user: TextLiteral | Name


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressionRecipient(Node):
    """`owner`, `creator`, a path to a user, or a text formula that gives an e-mail address."""

    expression: Expression


Recipient = GroupRecipient | UserRecipient | ExpressionRecipient
