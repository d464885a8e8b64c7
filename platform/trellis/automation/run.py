"""One phase of one save, as the actions see it: the changes, what formulas read from them, and errors that name rule and record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rule_engine.errors import FormulaError
from trellis.automation.compile import Formula
from trellis.automation.errors import RuleFailed
from trellis.automation.hooks import Change, SaveContext
from trellis.automation.views import Views
from trellis.errors import FieldError


@dataclass(slots=True, kw_only=True)
class Run:
    context: SaveContext
    object_name: str
    changes: Sequence[Change]
    views: Views
    rule: str = field(default="")

    def holds(self, condition: Formula | None, index: int) -> bool:
        """Blank counts as false."""
        return condition is None or self.evaluate(condition, index) is True

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
