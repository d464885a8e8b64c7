"""`fail`: the save is refused with a message of the rule's."""

from __future__ import annotations

from collections.abc import Sequence

from trellis.automation.run import Run
from trellis.automation.steps import FailStep
from trellis.errors import FieldError


def apply_fail(run: Run, step: FailStep, indexes: Sequence[int]) -> None:
    """Notes it at the records, which the rule ends for."""
    for index in indexes:
        change = run.changes[index]
        message = run.evaluate(step.message, index) or run.rule
        error = FieldError(field=step.field, code="refused_by_rule", message=message)
        if error not in change.errors:
            change.errors.append(error)
            run.note(index, "fail", line=step.line, subject=step.field, value=message, read=step.message.paths)
        run.stop(index)
