"""Checks rules, assignments and validations, and refuses the statements that come later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from rule_engine.rules import checked
from rule_engine.rules.check.actions import check_block
from rule_engine.rules.check.checking import Checking, RuleObject
from rule_engine.rules.check.people import check_assignee
from rule_engine.rules.check.triggers import check_duration, check_when
from rule_engine.rules.syntax import statements
from rule_engine.rules.syntax.node import Word
from rule_engine.rules.syntax.statements import Option, Statement
from rule_engine.syntax import TextLiteral
from rule_engine.types import Kind

MAX_PRIORITY = 1_000
RUNS_AS = ("system", "user")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    is_active: bool = True
    priority: int = checked.DEFAULT_PRIORITY
    runs_as: Literal["system", "user"] = "system"
    description: str | None = None


def check_statements(checking: Checking, found: Iterable[Statement]) -> checked.CheckedRules:
    """Everything that has no problem; the problems are in `checking`."""
    results: dict[type, list[Any]] = {checked.Rule: [], checked.Assignment: [], checked.Validation: []}
    names: set[tuple[type, str, str]] = set()
    for statement in found:
        _check_name(checking, statement, names)
        result = _check_statement(checking, statement)
        if result is not None:
            results[type(result)].append(result)
    return checked.CheckedRules(
        rules=tuple(results[checked.Rule]),
        assignments=tuple(results[checked.Assignment]),
        validations=tuple(results[checked.Validation]),
    )


def _check_name(checking: Checking, statement: Statement, names: set[tuple[type, str, str]]) -> None:
    name = statement.name.name if isinstance(statement, statements.Approval) else statement.title.value
    key = (type(statement), statement.object.name, name)
    if key in names:
        kind = type(statement).__name__.lower()
        message = f'There is another {kind} "{name}" on "{statement.object.text}" in this file.'
        checking.report("duplicate_name", message, statement.title, "Give each its own name.")
    names.add(key)


def _check_statement(
    checking: Checking, statement: Statement
) -> checked.Rule | checked.Assignment | checked.Validation | None:
    owner = checking.object(statement.object)
    if owner is None:
        return None
    match statement:
        case statements.Rule():
            return _check_rule(checking, statement, owner)
        case statements.Assignment():
            return _check_assignment(checking, statement, owner)
        case statements.Validation():
            return _check_validation(checking, statement, owner)
        case statements.Approval():
            checking.refuse("An approval", statement)
        case statements.Test():
            checking.refuse("A test of rules", statement)
    return None


def _check_rule(checking: Checking, rule: statements.Rule, owner: RuleObject) -> checked.Rule:
    options = _check_options(checking, rule.options)
    triggers = check_when(checking, rule.when, owner)
    condition = None if rule.condition is None else checking.condition(rule.condition, owner.scope)
    actions = check_block(checking, rule.block, owner)
    if rule.otherwise is not None:
        with checking.coming('An "else" of a rule', rule.otherwise):
            check_block(checking, rule.otherwise, owner)
    for delay in rule.delays:
        _check_delay(checking, delay, owner)
    return checked.Rule(
        name=rule.title.value,
        object=owner.name,
        triggers=triggers,
        condition=condition,
        actions=actions,
        is_active=options.is_active,
        priority=options.priority,
        runs_as=options.runs_as,
        description=options.description,
        start=rule.start,
        end=rule.end,
        line=checking.line(rule),
    )


def _check_delay(checking: Checking, delay: statements.Delay, owner: RuleObject) -> None:
    with checking.coming('"after" some time', delay):
        check_duration(checking, delay.duration)
        if delay.condition is not None:
            checking.condition(delay.condition, owner.scope)
        check_block(checking, delay.block, owner)


def _check_assignment(checking: Checking, assignment: statements.Assignment, owner: RuleObject) -> checked.Assignment:
    options = _check_options(checking, assignment.options)
    triggers = check_when(checking, assignment.when, owner)
    rows = []
    for row in assignment.rows:
        condition = None if row.condition is None else checking.condition(row.condition, owner.scope)
        assignee = check_assignee(checking, row.assignee, owner)
        if assignee is not None:
            rows.append(checked.AssignmentRow(condition=condition, assignee=assignee, line=checking.line(row)))
    return checked.Assignment(
        name=assignment.title.value,
        object=owner.name,
        triggers=triggers,
        rows=tuple(rows),
        is_active=options.is_active,
        priority=options.priority,
        description=options.description,
        start=assignment.start,
        end=assignment.end,
        line=checking.line(assignment),
    )


def _check_validation(checking: Checking, validation: statements.Validation, owner: RuleObject) -> checked.Validation:
    options = _check_options(checking, validation.options)
    rows = []
    for row in validation.rows:
        info = None if row.field is None else checking.field(owner, row.field)
        message = checking.formula(row.message, owner.scope, Kind.TEXT, use="A message")
        condition = checking.condition(row.condition, owner.scope)
        if message is None or condition is None or (row.field is not None and info is None):
            continue
        field = None if row.field is None else row.field.name
        rows.append(checked.ValidationRow(field=field, message=message, condition=condition, line=checking.line(row)))
    return checked.Validation(
        name=validation.title.value,
        object=owner.name,
        rows=tuple(rows),
        is_active=options.is_active,
        description=options.description,
        start=validation.start,
        end=validation.end,
        line=checking.line(validation),
    )


def _check_options(checking: Checking, options: tuple[Option, ...]) -> _Options:
    values: dict[str, Any] = {}
    for option in options:
        match option:
            case Option(kind="inactive"):
                values["is_active"] = False
            case Option(kind="description", value=TextLiteral(value=text)):
                values["description"] = text
            case Option(kind="priority", value=int(priority)):
                if not 1 <= priority <= MAX_PRIORITY:
                    message = f"A priority is from 1 (first) to {MAX_PRIORITY} (last)."
                    checking.report("bad_priority", message, option)
                values["priority"] = priority
            case Option(kind="runs as", value=Word(name=who) as word):
                if who not in RUNS_AS:
                    checking.report_unknown("actor", word.text, word, RUNS_AS)
                elif who != "system":
                    checking.refuse(f"runs as {who}", option)
                values["runs_as"] = who
    return _Options(**values)
