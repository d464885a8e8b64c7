"""Conditions that never hold, or always."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rule_engine import typed
from rule_engine.checker import CheckedFormula
from rule_engine.rules.analysis.effort import MAX_STEPS_OF_CONDITION, Effort, TooMuch
from rule_engine.rules.analysis.finding import Code
from rule_engine.rules.analysis.regions import Space
from rule_engine.rules.checked import Action, Approval, Assignment, Branch, ForEach, Rule, Validation

Statement = Rule | Assignment | Validation | Approval


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """`row`: of a table, from 1."""

    formula: CheckedFormula
    line: int
    row: int | None = None


def conditions_of(statement: Statement) -> Iterator[Condition]:
    """Those that decide whether something is done; never those of an assignment table's last row, `otherwise`."""
    match statement:
        case Rule():
            if statement.condition is not None:
                yield Condition(formula=statement.condition, line=statement.line)
            for delayed in statement.delayed:
                if delayed.condition is not None:
                    yield Condition(formula=delayed.condition, line=delayed.line)
                yield from _in_actions(delayed.actions)
            yield from _in_actions((*statement.actions, *statement.otherwise))
        case Assignment() | Validation():
            rows = [(row.condition, row.line) for row in statement.rows]
            for number, (formula, line) in enumerate(rows, 1):
                if formula is not None:
                    yield Condition(formula=formula, line=line, row=number)
        case Approval():
            if statement.condition is not None:
                yield Condition(formula=statement.condition, line=statement.line)
            for step in statement.steps:
                yield from (
                    Condition(formula=formula, line=step.line) for formula in (step.condition, step.skip_if) if formula
                )


def find_certainty(formula: CheckedFormula, effort: Effort | None = None) -> Code | None:
    """never_true or always_true; nothing of a constant, which is meant, of what may fail, and of what is too much to compare."""
    if isinstance(formula.tree, typed.Constant):
        return None
    space = Space((effort or Effort()).part(MAX_STEPS_OF_CONDITION))
    try:
        if not space.region(formula.tree):
            return "never_true"
        if not space.region(formula.tree, "not true") and not typed.can_fail(formula.tree):
            return "always_true"
        if _is_covered(space, formula) and not typed.can_fail(formula.tree):
            return "always_true"
    except TooMuch:
        pass
    return None


def _is_covered(space: Space, formula: CheckedFormula) -> bool:
    return not space.subtract([{}], space.region(formula.tree))


def _in_actions(actions: tuple[Action, ...]) -> Iterator[Condition]:
    for action in actions:
        match action:
            case Branch():
                yield Condition(formula=action.condition, line=action.line)
                yield from _in_actions((*action.then, *action.otherwise))
            case ForEach():
                if action.condition is not None:
                    yield Condition(formula=action.condition, line=action.line)
                yield from _in_actions(action.body)
