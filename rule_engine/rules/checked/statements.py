"""Checked rules, assignments, validations and approvals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rule_engine.checker import CheckedFormula
from rule_engine.rules.checked.actions import Action, Channel, Values
from rule_engine.rules.checked.people import Assignee, Recipient
from rule_engine.rules.checked.triggers import Trigger
from rule_engine.rules.checked.values import Duration

DEFAULT_PRIORITY = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Delayed:
    """`after 2 days if … then …`: when the time has come and `condition` (None: always) holds then."""

    duration: Duration
    condition: CheckedFormula | None
    actions: tuple[Action, ...]
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Any of `triggers` and `condition` (None: always) run `actions` in order, `otherwise` when the condition does not hold. Lower
    `priority` runs first.

    `runs_as`: whose rights the actions have. `delayed`: the `after …` parts. `start`, `end`: offsets into the rule file.
    """

    name: str
    object: str
    triggers: tuple[Trigger, ...]
    condition: CheckedFormula | None
    actions: tuple[Action, ...]
    otherwise: tuple[Action, ...] = ()
    delayed: tuple[Delayed, ...] = ()
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
class ApprovalStep:
    """`approver` decides; of several people any one, or `quorum` of them, or all (`needs_everybody`). `condition`: when the step is
    taken (None: always); `skip_if`: when it counts as approved; `remind_after`: how long people may wait; `rejects_to`: the earlier
    step that a rejection goes back to, None: it ends the approval."""

    name: str
    label: str
    approver: Assignee
    condition: CheckedFormula | None = None
    quorum: int = 1
    needs_everybody: bool = False
    is_delegation_allowed: bool = False
    remind_after: Duration | None = None
    skip_if: CheckedFormula | None = None
    rejects_to: str | None = None
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Steps taken in order. `condition`: which records may be submitted (None: any)."""

    name: str
    label: str
    object: str
    condition: CheckedFormula | None
    steps: tuple[ApprovalStep, ...]
    on_approve: tuple[Action, ...] = ()
    on_reject: tuple[Action, ...] = ()
    on_recall: tuple[Action, ...] = ()
    is_active: bool = True
    description: str | None = None
    start: int
    end: int
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectQueue:
    """`subject`, the id of an owner, is that of the queue or of one of its members."""

    subject: CheckedFormula
    queue: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectNotified:
    """The recipient was told, by all of `channels` (none: by any)."""

    recipient: Recipient
    channels: tuple[Channel, ...]
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectRefused:
    """The save was refused, and what was said of it has `text` in it, in any letter case."""

    text: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectRecord:
    """There is a record of `object` for which `condition` holds; its references begin with the object, ("task", "status")."""

    object: str
    condition: CheckedFormula
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectCondition:
    """The formula over the record is TRUE."""

    condition: CheckedFormula
    line: int


Expectation = ExpectQueue | ExpectNotified | ExpectRefused | ExpectRecord | ExpectCondition


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What is expected, `delay` after the stage before, None: at once."""

    expectations: tuple[Expectation, ...]
    delay: Duration | None
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTest:
    """`given`: the values of each record, in order; each of them goes through `triggers` and is held against `stages`."""

    name: str
    object: str
    given: tuple[Values, ...]
    triggers: tuple[Trigger, ...]
    stages: tuple[Stage, ...]
    start: int
    end: int
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRules:
    """Everything a rule file says, each kind in file order."""

    rules: tuple[Rule, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    validations: tuple[Validation, ...] = ()
    approvals: tuple[Approval, ...] = ()
    tests: tuple[RuleTest, ...] = ()
