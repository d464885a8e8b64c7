"""A rule's name and a line of its file -> the clause that stands there, and the conditions that lead to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from metamodel.definitions import RuleFile
from metamodel.model import Model
from rule_engine import CheckedFormula
from rule_engine.rules import CheckedRules
from rule_engine.rules.checked import (
    Action,
    Approval,
    Assign,
    Assignee,
    Assignment,
    Branch,
    ForEach,
    Rule,
    Validation,
)

OF_APPROVAL = "approval "
"""How the ledger's names of approvals begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """`holds`: whether it leads here by being true, or by being false as before `else`."""

    formula: CheckedFormula
    holds: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """`path` of its file and `text` of its line; `object`: whose rule it is. `is_rest`: a row that takes what no row before it took;
    `assignee`: of a row, or of an `assign`; `title` and `step`: what people call an approval and its step."""

    object: str
    path: str
    text: str
    conditions: tuple[Condition, ...] = ()
    is_rest: bool = False
    assignee: Assignee | None = None
    title: str = ""
    step: str = ""


def find_clause(model: Model, rule: str, line: int) -> Clause | None:
    """None when the model has no such rule, or nothing of it on that line."""
    for object_name in model.objects:
        for statement in _statements(model.rules_for(object_name), rule):
            found = _found_in(statement, line)
            if found is None:
                continue
            file = _file_of(model, statement)
            conditions, assignee, is_rest = found
            return Clause(
                object=object_name,
                path=file.path if file else "",
                text=_line(file.source, line) if file else "",
                conditions=conditions,
                is_rest=is_rest,
                assignee=assignee,
                title=statement.label if isinstance(statement, Approval) else "",
                step=_step_label(statement, line),
            )
    return None


_Statement = Rule | Assignment | Approval | Validation
_Found = tuple[tuple[Condition, ...], Assignee | None, bool]


def _statements(rules: CheckedRules, name: str) -> Iterator[_Statement]:
    statements: tuple[_Statement, ...] = (*rules.assignments, *rules.rules, *rules.validations)
    yield from (one for one in rules.approvals if name == f"{OF_APPROVAL}{one.name}")
    for statement in statements:
        if statement.name == name:
            yield statement


def _found_in(statement: _Statement, line: int) -> _Found | None:
    match statement:
        case Assignment():
            return _of_assignment(statement, line)
        case Validation():
            rows = (row for row in statement.rows if row.line == line)
            return next(((_given(row.condition), None, False) for row in rows), None)
        case Approval():
            return _of_approval(statement, line)
        case Rule():
            return _of_rule(statement, line)


def _of_approval(approval: Approval, line: int) -> _Found | None:
    if approval.line == line:
        return _given(approval.condition), None, False
    for step in approval.steps:
        if step.line == line:
            return (*_given(step.condition), *_given(step.skip_if)), step.approver, False
    for actions in (approval.on_approve, approval.on_reject, approval.on_recall):
        found = _among(actions, line, ())
        if found is not None:
            return found
    return None


def _step_label(statement: _Statement, line: int) -> str:
    steps = statement.steps if isinstance(statement, Approval) else ()
    return next((step.label for step in steps if step.line == line), "")


def _given(condition: CheckedFormula | None) -> tuple[Condition, ...]:
    return () if condition is None else (Condition(formula=condition),)


def _of_assignment(assignment: Assignment, line: int) -> _Found | None:
    for row in assignment.rows:
        if row.line == line:
            return _given(row.condition), row.assignee, row.condition is None
    return None


def _of_rule(rule: Rule, line: int) -> _Found | None:
    given = _given(rule.condition)
    found = _among(rule.actions, line, given)
    if found is None and rule.condition is not None:
        found = _among(rule.otherwise, line, (Condition(formula=rule.condition, holds=False),))
    for delayed in rule.delayed:
        if found is None:
            is_start = delayed.line == line
            then = _given(delayed.condition)
            found = (given, None, False) if is_start else _among(delayed.actions, line, (*given, *then))
    return found


def _among(actions: Sequence[Action], line: int, given: tuple[Condition, ...]) -> _Found | None:
    for action in actions:
        if isinstance(action, Branch):
            found = _among(action.then, line, (*given, Condition(formula=action.condition)))
            found = found or _among(action.otherwise, line, (*given, Condition(formula=action.condition, holds=False)))
        elif isinstance(action, ForEach):
            found = _among(action.body, line, given)
        else:
            assignee = action.assignee if isinstance(action, Assign) else None
            found = (given, assignee, False) if action.line == line else None
        if found is not None:
            return found
    return None


def _file_of(model: Model, statement: _Statement) -> RuleFile | None:
    """Positions are within a file: the one that says the statement's name at its place."""
    for file in model.rule_files:
        name = statement.name if isinstance(statement, Approval) else f'"{statement.name}"'
        if name in file.source[statement.start : statement.end]:
            return file
    return None


def _line(source: str, number: int) -> str:
    """Spaces that align a row with others are left out."""
    lines = source.splitlines()
    return " ".join(lines[number - 1].split()) if 0 < number <= len(lines) else ""
