"""The clauses of rules: what their conditions are put together from with `&&`, `||` and `!`. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rule_engine import CheckedFormula, EvaluationContext, typed
from rule_engine.rules import checked
from rule_engine.targets.explain import Explanation, explain

Statement = checked.Rule | checked.Assignment | checked.Validation | checked.Approval
Place = tuple[int, ...]
"""Which operand of which operand of a condition: () is the whole of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """`text` as it is written; `start`: where, counted from the beginning of the rule file."""

    place: Place
    text: str
    start: int


def conditions_of(statement: Statement) -> Iterator[CheckedFormula]:
    """The conditions that a statement decides record by record, in the order they are written; those behind `where` of `update` and
    `delete` are left to the database."""
    match statement:
        case checked.Rule():
            yield from _present(statement.condition)
            yield from _in_actions(statement.actions)
            yield from _in_actions(statement.otherwise)
            for delayed in statement.delayed:
                yield from _present(delayed.condition)
                yield from _in_actions(delayed.actions)
        case checked.Assignment() | checked.Validation():
            for row in statement.rows:
                yield from _present(row.condition)
        case checked.Approval():
            yield from _present(statement.condition)
            for step in statement.steps:
                yield from _present(step.condition)
                yield from _present(step.skip_if)
            for block in (statement.on_approve, statement.on_reject, statement.on_recall):
                yield from _in_actions(block)


def clauses_of(condition: CheckedFormula) -> tuple[Clause, ...]:
    return tuple(
        Clause(place=place, text=_written(condition, node), start=node.start)
        for place, node in _leaves(condition.tree, ())
    )


def truths_of(
    condition: CheckedFormula, record: Mapping[str, Any], evaluation: EvaluationContext
) -> Iterator[tuple[Place, bool]]:
    """What each clause was on this record; blank is false. Those that nobody needed, or that failed, are left out."""
    explained = explain(condition, record, evaluation)
    for place, _ in _leaves(condition.tree, ()):
        part = explained
        for step in place:
            part = part.children[step]
        if _has_value(part):
            yield place, part.value is True


def _has_value(part: Explanation) -> bool:
    return not part.is_skipped and part.failure is None


def _leaves(node: typed.Typed, place: Place) -> Iterator[tuple[Place, typed.Typed]]:
    match node:
        case typed.All(operands=operands) | typed.AnyOf(operands=operands):
            for index, operand in enumerate(operands):
                yield from _leaves(operand, (*place, index))
        case typed.Not(operand=operand):
            yield from _leaves(operand, (*place, 0))
        case typed.Constant():
            return
        case _:
            yield place, node


def _written(condition: CheckedFormula, node: typed.Typed) -> str:
    return " ".join(condition.source[node.start - condition.offset : node.end - condition.offset].split())


def _present(condition: CheckedFormula | None) -> Iterator[CheckedFormula]:
    if condition is not None:
        yield condition


def _in_actions(actions: Sequence[checked.Action]) -> Iterator[CheckedFormula]:
    for action in actions:
        match action:
            case checked.Branch():
                yield action.condition
                yield from _in_actions(action.then)
                yield from _in_actions(action.otherwise)
            case checked.ForEach():
                yield from _present(action.condition)
                yield from _in_actions(action.body)
