"""What a rule does, ready to run: formulas compiled, statements in order. Data only; compiling makes it, execute.py runs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from rule_engine import CheckedFormula, EvaluationContext
from rule_engine.rules.checked import Assignee, Channel, Duration, Recipient, Trigger
from rule_engine.rules.index import ConditionIndex
from trellis.query.needs import Needs

Evaluate = Callable[[Mapping[str, Any], EvaluationContext], Any]
Bound = tuple[str, str]
"""A name that stands for another record (a loop variable, an alias, the object of `update … where`), and the object that it is of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A formula ready to run, with its text for error messages, and as it was checked. `paths`: what it reads of the record."""

    source: str
    run: Evaluate
    checked: CheckedFormula
    paths: tuple[str, ...] = ()


Values = tuple[tuple[str, Formula], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What counts as an open record where somebody's load decides: the records of `object` for which the condition holds, None: all.
    `parts`: the values of the record that is assigned which the condition reads, in the order of its names."""

    object: str
    condition: CheckedFormula | None
    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Of an assignment table; a rule's own `assign` is a row without a condition. `user`: the compiled ToUser formula, if it is one;
    `kept_by`: what Sticky compares; `counted`: of a queue."""

    condition: Formula | None
    assignee: Assignee
    line: int
    user: Formula | None = None
    kept_by: Formula | None = None
    counted: Counted | None = None

    @property
    def paths(self) -> tuple[str, ...]:
        """What decides of the record."""
        formulas = (self.condition, self.user, self.kept_by, *(self.counted.parts if self.counted else ()))
        return tuple(path for one in formulas if one is not None for path in one.paths)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignStep:
    """The first row whose condition holds decides; `index` finds it."""

    rows: tuple[Row, ...]
    index: ConditionIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStep:
    field: str
    value: Formula
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FailStep:
    field: str | None
    message: Formula
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StopStep:
    """Ends the rule for the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyStep:
    """`notify`, or `send` (then `is_sent`), which may say via which webhook. `recipients` go with the compiled formula of those that have
    one. `shown`: the paths that its template shows; `purpose`: what its recipients must have consented to."""

    number: int
    recipients: tuple[tuple[Recipient, Formula | None], ...]
    channels: tuple[Channel, ...]
    template: str | None
    message: Formula | None
    shown: tuple[str, ...]
    line: int
    webhook: str | None = None
    is_sent: bool = False
    purpose: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostStep:
    """`post webhook`. Without values it says which record it is about."""

    number: int
    webhook: str
    values: Values
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateStep:
    """`alias`: what later steps call the new record."""

    object: str
    values: Values
    line: int
    alias: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTarget:
    """The record that a path leads to; a loop variable or an alias is its own record."""

    object: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WhereTarget:
    """The records of `object` for which the condition holds. `outer`: the names in it that stand for other records than those and
    the triggering one; `given`: the parameters that it reads of the context."""

    object: str
    condition: CheckedFormula
    outer: tuple[Bound, ...]
    given: tuple[str, ...]


Target = OneTarget | WhereTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateStep:
    target: Target
    values: Values
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteStep:
    target: Target
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStep:
    """`values`: of the parameters. `is_before`: whether it runs what the called rule does before the record is written, or the rest."""

    number: int
    rule: str
    values: Values
    is_before: bool
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitStep:
    """`approval`: its name."""

    approval: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitStep:
    """Sets a timer for each of the rule's `after …` parts: its duration and line. `parameters`: what they may read."""

    delays: tuple[tuple[Duration, int], ...]
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchStep:
    """Each phase has the part of it that is its own. Decided once, the first time it is met."""

    number: int
    condition: Formula
    then: tuple[Step, ...]
    otherwise: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForEachStep:
    """`owner`: the path of the id of the record that owns the list, whose rows are those of `object` with their `lookup` to it."""

    variable: str
    object: str
    lookup: str
    owner: str
    condition: Formula | None
    limit: int | None
    body: tuple[Step, ...]


Step = (
    AssignStep
    | SetStep
    | FailStep
    | StopStep
    | NotifyStep
    | PostStep
    | CreateStep
    | UpdateStep
    | DeleteStep
    | CallStep
    | SubmitStep
    | WaitStep
    | BranchStep
    | ForEachStep
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledRule:
    """A rule or an assignment table. `needs`: what its formulas and templates read of the record; `bound`: of other records that have
    names in it; `looking_up`: the formulas that ask for values of records that nothing points to. With `before` steps its condition
    is decided before the record is written, else after. `calls`: the rules that it calls. `line`: where it stands in its file."""

    name: str
    triggers: tuple[Trigger, ...]
    condition: Formula | None
    before: tuple[Step, ...]
    after: tuple[Step, ...]
    needs: Needs
    looking_up: tuple[Evaluate, ...]
    bound: Mapping[Bound, Needs] = field(default_factory=dict)
    runs_as: Literal["system", "user"] = "system"
    calls: tuple[str, ...] = ()
    line: int = 0

    @property
    def condition_paths(self) -> tuple[str, ...]:
        return () if self.condition is None else self.condition.paths


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """The rules with something to do before, or after, the records are written, in the order they run: by priority, assignment tables
    before rules, then by name. `needs` and `looking_up`: those of all of them. `index`: over their conditions when they are many;
    those of rules decided before the write, which `decided_before` numbers by name, are in no other phase's."""

    rules: tuple[CompiledRule, ...]
    needs: Needs
    looking_up: tuple[Evaluate, ...]
    index: ConditionIndex | None = None
    decided_before: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRules:
    """What runs when records of one object are created, or updated …; None: nothing does."""

    before: Phase | None
    after: Phase | None


NO_RULES = EventRules(before=None, after=None)
