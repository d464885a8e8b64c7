"""Syntax of what starts a rule: the parts of `when … or …`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rule_engine.rules.syntax.node import Duration, Node, TimeOfDay, Word
from rule_engine.syntax import Expression, TextLiteral


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTrigger(Node):
    event: Literal["created", "updated", "saved", "deleted", "restored"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesTrigger(Node):
    """`field changes [from before] [to after]`."""

    field: Word
    before: Expression | None = None
    after: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EveryTrigger(Node):
    """`every [2] monday, friday [on day 1] at 08:30 in calendar standard`."""

    units: tuple[Word, ...]
    interval: int | None = None
    day: int | None = None
    times: tuple[TimeOfDay, ...] = ()
    calendar: Word | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CronTrigger(Node):
    expression: TextLiteral
    calendar: Word | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RelativeTrigger(Node):
    """`3 days before close_date at 10:00`."""

    duration: Duration
    direction: Literal["before", "after"]
    field: Word
    times: tuple[TimeOfDay, ...] = ()
    calendar: Word | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnniversaryTrigger(Node):
    field: Word
    times: tuple[TimeOfDay, ...] = ()
    calendar: Word | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundTrigger(Node):
    """`event erp.order_shipped matching external_ref = $Event.reference`."""

    event: Word
    matching: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter(Node):
    name: Word
    type: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledTrigger(Node):
    parameters: tuple[Parameter, ...] = ()


Trigger = (
    EventTrigger
    | ChangesTrigger
    | EveryTrigger
    | CronTrigger
    | RelativeTrigger
    | AnniversaryTrigger
    | InboundTrigger
    | CalledTrigger
)


@dataclass(frozen=True, slots=True, kw_only=True)
class When(Node):
    """The triggers of a rule; any of them starts it."""

    triggers: tuple[Trigger, ...]
