"""Syntax of what a rule does."""

from __future__ import annotations

from dataclasses import dataclass

from rule_engine.rules.syntax.node import FieldValue, Message, Node, Word
from rule_engine.rules.syntax.people import Assignee, Recipient
from rule_engine.syntax import Expression, Name, TextLiteral


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignAction(Node):
    assignee: Assignee


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAction(Node):
    values: tuple[FieldValue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateAction(Node):
    object: Word
    values: tuple[FieldValue, ...]
    alias: Word | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateAction(Node):
    """`target` is a lookup, a loop variable, or with `where` an object."""

    target: Word
    values: tuple[FieldValue, ...]
    where: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteAction(Node):
    target: Word
    where: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyAction(Node):
    recipients: tuple[Recipient, ...]
    channels: tuple[Word, ...]
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class SendAction(Node):
    channel: Word
    recipient: Recipient
    message: Message
    gateway: Word | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostAction(Node):
    webhook: Word
    values: tuple[FieldValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitAction(Node):
    approval: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAction(Node):
    target: Word | TextLiteral
    values: tuple[FieldValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FailAction(Node):
    message: Expression
    field: Word | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopAction(Node):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class IfAction(Node):
    condition: Expression
    then: Block
    otherwise: Block | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForEachAction(Node):
    variable: Word
    children: Name
    body: Block
    where: Expression | None = None
    limit: int | None = None


Action = (
    AssignAction
    | SetAction
    | CreateAction
    | UpdateAction
    | DeleteAction
    | NotifyAction
    | SendAction
    | PostAction
    | SubmitAction
    | CallAction
    | FailAction
    | StopAction
    | IfAction
    | ForEachAction
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block(Node):
    """Actions in order, at least one. `depth`: how deep blocks lie in one another below it."""

    actions: tuple[Action, ...]
    depth: int = 1
