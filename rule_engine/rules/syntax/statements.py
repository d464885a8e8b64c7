"""Syntax of a rule file: its statements and its comments."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from rule_engine.rules.syntax.actions import Block
from rule_engine.rules.syntax.node import Duration, FieldValue, Node, Word
from rule_engine.rules.syntax.people import Assignee, Recipient
from rule_engine.rules.syntax.triggers import When
from rule_engine.syntax import Expression, TextLiteral


@dataclass(frozen=True, slots=True, kw_only=True)
class Option(Node):
    """`inactive`, `description "…"`, `priority 10` or `runs as system`."""

    kind: Literal["inactive", "description", "priority", "runs as"]
    value: TextLiteral | Word | int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay(Node):
    """`after 2 days [if …] then …`."""

    duration: Duration
    block: Block
    condition: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Node):
    title: TextLiteral
    object: Word
    when: When
    block: Block
    options: tuple[Option, ...] = ()
    condition: Expression | None = None
    otherwise: Block | None = None
    delays: tuple[Delay, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Node):
    """`condition -> assignee`; no condition: otherwise."""

    assignee: Assignee
    condition: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment(Node):
    title: TextLiteral
    object: Word
    when: When
    rows: tuple[Row, ...]
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FailRow(Node):
    message: Expression
    condition: Expression
    field: Word | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation(Node):
    title: TextLiteral
    object: Word
    rows: tuple[FailRow, ...]
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOption(Node):
    """`quorum 2`, `quorum all`, `delegation allowed`, `remind after 1 business day`, `skip if …` or `reject to manager`."""

    kind: Literal["quorum", "quorum all", "delegation allowed", "remind after", "skip if", "reject to"]
    value: int | Duration | Expression | Word | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Node):
    name: Word
    title: TextLiteral
    approver: Assignee
    condition: Expression | None = None
    options: tuple[StepOption, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Node):
    event: Literal["approve", "reject", "recall"]
    block: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval(Node):
    name: Word
    title: TextLiteral
    object: Word
    steps: tuple[Step, ...]
    options: tuple[Option, ...] = ()
    condition: Expression | None = None
    outcomes: tuple[Outcome, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectQueue(Node):
    subject: Expression
    queue: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectNotified(Node):
    recipient: Recipient
    channels: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectRefused(Node):
    message: TextLiteral


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectRecord(Node):
    object: Word
    where: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectCondition(Node):
    condition: Expression


Expectation = ExpectQueue | ExpectNotified | ExpectRefused | ExpectRecord | ExpectCondition


@dataclass(frozen=True, slots=True, kw_only=True)
class Given(Node):
    values: tuple[FieldValue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage(Node):
    """What holds at once, or after some time."""

    expectations: tuple[Expectation, ...]
    delay: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Test(Node):
    title: TextLiteral
    object: Word
    given: tuple[Given, ...]
    when: When
    stages: tuple[Stage, ...]


Statement = Rule | Assignment | Validation | Approval | Test


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment(Node):
    """`text` as written, with its `--` or `/* */`."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSource:
    """A parsed rule file."""

    source: str = field(compare=False)
    statements: tuple[Statement, ...]
    comments: tuple[Comment, ...] = ()
