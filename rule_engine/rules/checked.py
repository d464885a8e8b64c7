"""Checked rules: what `check_rules` makes of a rule file, every name resolved and every formula typed.

Names (objects, fields, queues, templates) are canonical, lower case; positions are 1-based lines of the rule file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Literal

from rule_engine.checker import CheckedFormula

Channel = Literal["email", "in_app"]
DEFAULT_PRIORITY = 500


class Blank(Enum):
    """`NULL` or `""` in `F changes from NULL to "x"`: the field is blank, unlike None, which is any value."""

    BLANK = "blank"


BLANK = Blank.BLANK
Value = str | Decimal | bool | date | datetime | time | Blank


# Triggers


@dataclass(frozen=True, slots=True)
class Created:
    """The record was created."""


@dataclass(frozen=True, slots=True)
class Updated:
    """An existing record was saved."""


@dataclass(frozen=True, slots=True)
class Saved:
    """The record was created or updated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChanges:
    """An update gave `field` another value; `before`/`after` say which, None is any."""

    field: str
    before: Value | None = None
    after: Value | None = None


Trigger = Created | Updated | Saved | FieldChanges


# Who gets a record


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRobin:
    """In turn, skipping members who are inactive or absent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastLoaded:
    """To the member with the fewest open records.

    `object`: whose records count, None: those of the rule's object. `condition`: which of them count, None: all; its
    references begin with the counted object's name, ("case", "status"). `capacity`: a member who has as many gets none.
    """

    object: str | None = None
    condition: CheckedFormula | None = None
    capacity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighted:
    """In proportion: (username, weight) pairs, weights from 1."""

    weights: tuple[tuple[str, int], ...]


Strategy = RoundRobin | LeastLoaded | Weighted


@dataclass(frozen=True, slots=True, kw_only=True)
class ToUser:
    """`user`: a username, or a formula that gives a user's id (blank: nobody, the owner stays)."""

    user: CheckedFormula | str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToQueue:
    """`strategy` picks a member; None leaves the record with the queue."""

    queue: str
    strategy: Strategy | None = None


Assignee = ToUser | ToQueue


# Who hears of it


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner; the members of the queue when a queue owns the record."""


@dataclass(frozen=True, slots=True)
class Creator:
    """Who created the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathRecipient:
    """The user whose id `user` gives."""

    user: CheckedFormula


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRecipient:
    username: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRecipient:
    """Every member of the queue."""

    queue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailRecipient:
    """The e-mail address that a text formula gives."""

    address: CheckedFormula


Recipient = Owner | Creator | PathRecipient | UserRecipient | QueueRecipient | EmailRecipient


# Actions


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign:
    assignee: Assignee
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SetField:
    field: str
    value: CheckedFormula
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify:
    """Exactly one of `template` and `message` (a text formula) is given."""

    recipients: tuple[Recipient, ...]
    channels: tuple[Channel, ...]
    line: int
    template: str | None = None
    message: CheckedFormula | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRecord:
    """`values`: (field, formula over the triggering record) pairs, in order."""

    object: str
    values: tuple[tuple[str, CheckedFormula], ...]
    line: int


Action = Assign | SetField | Notify | CreateRecord


# Statements


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Any of `triggers` and `condition` (None: always) run `actions` in order. Lower `priority` runs first.

    `runs_as`: whose rights the actions have. `delayed` is kept for `after …` parts; there are none yet. `start`, `end`:
    offsets into the rule file.
    """

    name: str
    object: str
    triggers: tuple[Trigger, ...]
    condition: CheckedFormula | None
    actions: tuple[Action, ...]
    delayed: tuple[()] = ()
    is_active: bool = True
    priority: int = DEFAULT_PRIORITY
    runs_as: Literal["system", "user"] = "system"
    description: str | None = None
    start: int
    end: int
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentRow:
    """`condition` None: otherwise."""

    condition: CheckedFormula | None
    assignee: Assignee
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """The first row whose condition holds decides who gets the record."""

    name: str
    object: str
    triggers: tuple[Trigger, ...]
    rows: tuple[AssignmentRow, ...]
    is_active: bool = True
    priority: int = DEFAULT_PRIORITY
    description: str | None = None
    start: int
    end: int
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationRow:
    """The save fails with `message` (a text formula) at `field` (None: the record) when `condition` is TRUE."""

    field: str | None
    message: CheckedFormula
    condition: CheckedFormula
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """Rows that refuse a save; every row that holds adds its message. Checked on every create and update."""

    name: str
    object: str
    rows: tuple[ValidationRow, ...]
    is_active: bool = True
    description: str | None = None
    start: int
    end: int
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRules:
    """Everything a rule file says, each kind in file order."""

    rules: tuple[Rule, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    validations: tuple[Validation, ...] = ()
