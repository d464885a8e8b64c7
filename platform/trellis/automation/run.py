"""One phase of one save, as the actions see it: the changes, what formulas read from them, and errors that name rule and record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from rule_engine import CheckedFormula, EvaluationContext
from rule_engine.errors import FormulaError
from trellis.automation.errors import RuleFailed
from trellis.automation.hooks import Change, SaveContext
from trellis.automation.outbox import Entry
from trellis.automation.steps import Bound, CompiledRule, Formula
from trellis.errors import FieldError
from trellis.query.needs import Needs


class Seen(Protocol):
    """What formulas read, by the place of a change."""

    def values(self, index: int) -> Mapping[str, Any]: ...
    def evaluation(self, index: int) -> EvaluationContext: ...
    def shown(self, index: int, paths: Sequence[str]) -> dict[str, Any]: ...
    async def refresh(self) -> None: ...
    def forget(self) -> None: ...


class Watch(Protocol):
    """Looks on while conditions are decided: for those who ask which were ever true, and which false."""

    def decide(self, condition: CheckedFormula, record: Mapping[str, Any], evaluation: EvaluationContext) -> None:
        """Comes before the condition is evaluated."""


@dataclass(slots=True, kw_only=True)
class Run:
    """`changes`: in a loop one for each of its rows, so that a change may come more than once; `parts` tells those apart. `stopped`:
    the records that the rule has ended for. `entries`: what is to go into the outbox. `watch`: while somebody does, every condition is
    asked that would be without an index."""

    context: SaveContext
    object_name: str
    changes: Sequence[Change]
    views: Seen
    rule: str = field(default="")
    bound: Mapping[Bound, Needs] = field(default_factory=dict)
    is_as_user: bool = False
    parts: Sequence[str] = ()
    stopped: set[str] = field(default_factory=set)
    entries: list[Entry] = field(default_factory=list)
    watch: Watch | None = None

    def begin(self, rule: CompiledRule) -> None:
        self.rule = rule.name
        self.bound = rule.bound
        self.is_as_user = rule.runs_as == "user"
        self.stopped = set()

    def within(self, changes: Sequence[Change], views: Seen, parts: Sequence[str]) -> Run:
        """The same rule for rows of a loop, or with a name more."""
        return replace(self, changes=changes, views=views, parts=parts)

    def part(self, index: int) -> str:
        return self.parts[index] if self.parts else ""

    def going_on(self, indexes: Sequence[int]) -> Sequence[int]:
        """Without those that the rule has ended for."""
        if not self.stopped:
            return indexes
        return [index for index in indexes if self.changes[index].id not in self.stopped]

    def holds(self, condition: Formula | None, index: int) -> bool:
        """Blank counts as false."""
        if condition is None:
            return True
        if self.watch is not None:
            self.watch.decide(condition.checked, self.views.values(index), self.views.evaluation(index))
        return self.evaluate(condition, index) is True

    def evaluate(self, formula: Formula, index: int) -> Any:
        """The formula's value for one of the changes. Raises RuleFailed."""
        try:
            return formula.run(self.views.values(index), self.views.evaluation(index))
        except FormulaError as error:
            raise self.failed(index, f"{error} in {formula.source}") from error

    def failed(self, index: int, reason: str, field_name: str | None = None) -> RuleFailed:
        message = f"rule {self.rule!r} on {self.object_name} failed: {reason}"
        where = FieldError(field=field_name, code=RuleFailed.code, message=message, index=index)
        return RuleFailed(message, hint="Nothing was saved. Mend the rule, or the values it reads.", fields=(where,))

    def value_of(self, index: int, name: str) -> Any:
        return self.changes[index].values.get(name)
