"""Which fields a draft reads or sets whose changes are not kept. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from metamodel.model import Model
from rule_engine import CheckedFormula
from rule_engine.rules.checked import Action, Assign, Assignment, Branch, FieldChanges, Rule, SetField
from trellis.query.needs import needs_of
from trellis.simulation.draft import Draft

NEVER_CHANGED = ("id", "created_at", "created_by", "updated_at", "updated_by", "version")


def untracked_fields(model: Model, draft: Draft) -> tuple[str, ...]:
    """Of the record itself, in the order of their names; what is looked up elsewhere is always as it is now."""
    owner = model.object(draft.object)
    tracked = {*owner.tracked, *NEVER_CHANGED}
    read = {path[0] for path in needs_of(model, draft.object, list(_formulas(draft))).stored if len(path) == 1}
    read |= {name for drafted in draft.drafted for name in _set_by(drafted.statement)}
    read |= {
        trigger.field
        for drafted in draft.drafted
        for trigger in drafted.statement.triggers
        if isinstance(trigger, FieldChanges)
    }
    return tuple(sorted(name for name in read - tracked if name in owner.fields))


def _set_by(statement: Rule | Assignment) -> Iterator[str]:
    if isinstance(statement, Assignment):
        yield "owner"
    else:
        yield from _set_by_actions((*statement.actions, *statement.otherwise))


def _set_by_actions(actions: tuple[Action, ...]) -> Iterator[str]:
    for action in actions:
        match action:
            case SetField(field=field):
                yield field
            case Assign():
                yield "owner"
            case Branch(then=then, otherwise=otherwise):
                yield from _set_by_actions((*then, *otherwise))


def _formulas(draft: Draft) -> Iterator[CheckedFormula]:
    for drafted in draft.drafted:
        statement = drafted.statement
        if isinstance(statement, Rule):
            if statement.condition is not None:
                yield statement.condition
            yield from _of_actions((*statement.actions, *statement.otherwise))
        else:
            yield from (row.condition for row in statement.rows if row.condition is not None)
    yield from (row.condition for validation in draft.validations for row in validation.rows)


def _of_actions(actions: tuple[Action, ...]) -> Iterator[CheckedFormula]:
    for action in actions:
        match action:
            case SetField(value=value):
                yield value
            case Branch(condition=condition, then=then, otherwise=otherwise):
                yield condition
                yield from _of_actions((*then, *otherwise))
