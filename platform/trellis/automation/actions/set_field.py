"""`set`: a formula's value into a field of the record itself."""

from __future__ import annotations

from collections.abc import Sequence

from metamodel.fields.field import FieldValueError
from trellis.automation.noting import Noting
from trellis.automation.run import Run
from trellis.automation.steps import SetStep


def apply_set(run: Run, step: SetStep, indexes: Sequence[int]) -> None:
    """Raises RuleFailed for a value that the field does not take."""
    field = run.context.compiled.model.object(run.object_name).fields[step.field]
    noting = Noting(run, "set", line=step.line, subject=step.field, read=step.value.paths)
    for index in indexes:
        value = run.evaluate(step.value, index)
        try:
            fitted = field.from_formula(value)
        except FieldValueError as error:
            raise run.failed(index, error.message, step.field) from error
        values = run.changes[index].values
        before, reading = values.get(step.field), noting.reading(index)
        values[step.field] = fitted
        noting.note(index, fitted, before, reading)
