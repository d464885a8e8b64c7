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
    Assign,
    Assignee,
    Assignment,
    Branch,
    ForEach,
    Rule,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """`holds`: whether it leads here by being true, or by being false as before `else`."""

    formula: CheckedFormula
    holds: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """`path` of its file and `text` of its line; `object`: whose rule it is. `is_rest`: a row that takes what no row before it took;
    `assignee`: of a row, or of an `assign`."""

    object: str
    path: str
    text: str
    conditions: tuple[Condition, ...] = ()
    is_rest: bool = False
    assignee: Assignee | None = None


def find_clause(model: Model, rule: str, line: int) -> Clause | None:
    """None when the model has no such rule, or nothing of it on that line."""
    for object_name in model.objects:
        for statement in _statements(model.rules_for(object_name), rule):
            found = _of_assignment(statement, line) if isinstance(statement, Assignment) else _of_rule(statement, line)
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
            )
    return None


_Found = tuple[tuple[Condition, ...], Assignee | None, bool]


def _statements(rules: CheckedRules, name: str) -> Iterator[Rule | Assignment]:
    statements: tuple[Rule | Assignment, ...] = (*rules.assignments, *rules.rules)
    for statement in statements:
        if statement.name == name:
            yield statement


def _of_assignment(assignment: Assignment, line: int) -> _Found | None:
    for row in assignment.rows:
        if row.line == line:
            conditions = () if row.condition is None else (Condition(formula=row.condition),)
            return conditions, row.assignee, row.condition is None
    return None


def _of_rule(rule: Rule, line: int) -> _Found | None:
    given = () if rule.condition is None else (Condition(formula=rule.condition),)
    found = _among(rule.actions, line, given)
    if found is None and rule.condition is not None:
        found = _among(rule.otherwise, line, (Condition(formula=rule.condition, holds=False),))
    for delayed in rule.delayed:
        if found is None:
            then = () if delayed.condition is None else (Condition(formula=delayed.condition),)
            found = _among(delayed.actions, line, (*given, *then))
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


def _file_of(model: Model, statement: Rule | Assignment) -> RuleFile | None:
    """Positions are within a file: the one that says the statement's name at its place."""
    for file in model.rule_files:
        if f'"{statement.name}"' in file.source[statement.start : statement.end]:
            return file
    return None


def _line(source: str, number: int) -> str:
    """Spaces that align a row with others are left out."""
    lines = source.splitlines()
    return " ".join(lines[number - 1].split()) if 0 < number <= len(lines) else ""
