"""Is the record as it would be written right? Required fields, values that rules put in, and the validation formulas of the object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from metamodel.fields.field import FieldValueError
from rule_engine import CheckedFormula, EvaluationContext, FormulaError
from trellis.automation.hooks import SaveContext
from trellis.automation.ledger.note import Note
from trellis.query.needs import Needs, needs_of
from trellis.query.record_view import Evaluate, RecordView, python_formula
from trellis.records.draft import Draft
from trellis.records.parse import fit
from trellis.records.refusals import Refusals
from trellis.records.related import views_of
from trellis.records.shape import Shape
from trellis.tenancy.compiled import CompiledModel

REQUIRED = "Is required."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Validation:
    """TRUE means wrong. `message` is a text, or a formula that gives one."""

    field: str | None
    is_wrong: Evaluate
    message: str | Evaluate
    name: str
    line: int
    reads: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Validations:
    items: tuple[_Validation, ...]
    needs: Needs


def check_required(shape: Shape, drafts: Sequence[Draft], refusals: Refusals) -> None:
    """Blank fields that must not be, unless something is wrong with the field already."""
    for draft in drafts:
        values = draft.values
        blank = [name for name in shape.required if _says_nothing(values[name])]
        if shape.object.has_owner and values["owner"] is None and values["owner_queue"] is None:
            blank.append("owner")
        wrong = refusals.names(draft.index) if blank else frozenset()
        for name in blank:
            if name not in wrong:
                refusals.add(draft.index, name, "required", REQUIRED)


def _says_nothing(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def fit_what_rules_set(
    shape: Shape, drafts: Sequence[Draft], before: Sequence[Mapping[str, Any]], refusals: Refusals
) -> None:
    """`before`: the values as they were when rules began. What rules changed is brought into the form its field stores, or refused."""
    for draft, earlier in zip(drafts, before, strict=True):
        values = draft.values
        for name in [name for name in shape.writable if values[name] is not earlier[name]]:
            value = values[name]
            if value is None or value == earlier[name]:
                continue
            try:
                values[name] = fit(shape.stored[name], value)
            except FieldValueError as error:
                refusals.add(draft.index, name, error.code, error.message)


async def check_formulas(context: SaveContext, shape: Shape, drafts: Sequence[Draft], refusals: Refusals) -> None:
    """A query for each object that the validations look up and each child list that they read, none when they name only the record's
    own fields."""
    name, compiled = shape.object.name, context.compiled
    validations = compiled.prepared(("records", "validations", name), lambda: _make(compiled, name))
    if not validations.items or not drafts:
        return
    written = [draft.change.old is not None for draft in drafts]
    seen = await views_of(context, name, [draft.values for draft in drafts], validations.needs, written=written)
    checks = [
        (draft, view, _with_prior(draft, view, seen.evaluation)) for draft, view in zip(drafts, seen.views, strict=True)
    ]
    if seen.look_ups is not None:
        await seen.look_ups.learn(
            partial(_message, validation, view, own) for _, view, own in checks for validation in validations.items
        )
    for draft, view, own in checks:
        for validation in validations.items:
            _check(validation, draft, view, own, refusals)


def _with_prior(draft: Draft, view: RecordView, evaluation: EvaluationContext) -> EvaluationContext:
    old = draft.change.old
    if old is None:
        return replace(evaluation, is_new=True)
    return replace(evaluation, prior=view.as_it_was(old, evaluation))


def _message(validation: _Validation, view: RecordView, evaluation: EvaluationContext) -> str | None:
    """What is wrong, None when nothing is. Raises FormulaError."""
    if validation.is_wrong(view, evaluation) is not True:
        return None
    message = validation.message
    return (message if isinstance(message, str) else message(view, evaluation)) or validation.name


def _check(
    validation: _Validation, draft: Draft, view: RecordView, evaluation: EvaluationContext, refusals: Refusals
) -> None:
    try:
        text = _message(validation, view, evaluation)
        if text is not None:
            refusals.add(draft.index, validation.field, "validation_failed", text)
            draft.change.notes.append(_note(validation, view, text))
    except FormulaError as error:
        what = f"The validation {validation.name} cannot be evaluated: {error}"
        refusals.add(draft.index, validation.field, "formula_error", what)


def _note(validation: _Validation, view: RecordView, text: str) -> Note:
    """Why the record was refused."""
    read: list[tuple[str, Any]] = []
    for path in dict.fromkeys(validation.reads):
        with suppress(FormulaError):
            read.append((path, view[path]))
    return Note(validation.name, validation.line, "fail", validation.field, text, None, tuple(read))


def _make(compiled: CompiledModel, object_name: str) -> _Validations:
    formulas: list[CheckedFormula] = []

    def made(formula: CheckedFormula) -> Evaluate:
        formulas.append(formula)
        return python_formula(compiled, formula)

    items = [
        _Validation(
            field=one.field,
            is_wrong=made(one.condition),
            message=one.message if isinstance(one.message, str) else made(one.message),
            name=one.name,
            line=one.line,
            reads=tuple(".".join(reference.path) for reference in one.condition.references),
        )
        for one in compiled.model.validations_for(object_name)
    ]
    return _Validations(items=tuple(items), needs=needs_of(compiled.model, object_name, formulas))
