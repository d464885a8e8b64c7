"""Checks rules, assignments and validations, and hands approvals and tests on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rule_engine.rules import checked
from rule_engine.rules.check.actions import check_part
from rule_engine.rules.check.approvals import check_approval
from rule_engine.rules.check.checking import Checking, RuleObject
from rule_engine.rules.check.options import check_options
from rule_engine.rules.check.people import check_assignee
from rule_engine.rules.check.rule_tests import check_test
from rule_engine.rules.check.triggers import check_duration, check_when, with_what_triggers_give
from rule_engine.rules.kind_words import kind_word
from rule_engine.rules.syntax import statements
from rule_engine.rules.syntax.statements import Statement
from rule_engine.types import Kind
from rule_engine.wording import say

_Checked = checked.Rule | checked.Assignment | checked.Validation | checked.Approval | checked.RuleTest


def check_statements(checking: Checking, found: Iterable[Statement]) -> checked.CheckedRules:
    """Everything that has no problem; the problems are in `checking`."""
    results: list[_Checked] = []
    names: set[tuple[Any, ...]] = set()
    for statement in found:
        _check_name(checking, statement, names)
        result = _check_statement(checking, statement)
        if result is not None:
            results.append(result)
    return checked.CheckedRules(
        rules=tuple(one for one in results if isinstance(one, checked.Rule)),
        assignments=tuple(one for one in results if isinstance(one, checked.Assignment)),
        validations=tuple(one for one in results if isinstance(one, checked.Validation)),
        approvals=tuple(one for one in results if isinstance(one, checked.Approval)),
        tests=tuple(one for one in results if isinstance(one, checked.RuleTest)),
    )


def _check_name(checking: Checking, statement: Statement, names: set[tuple[Any, ...]]) -> None:
    """The title is unique for its kind on its object; the name of an approval among all approvals."""
    key: tuple[Any, ...] = (type(statement), statement.object.name, statement.title.value)
    kind, name = kind_word(type(statement).__name__.lower()), statement.title.value
    if isinstance(statement, statements.Approval):
        key, name = (type(statement), statement.name.name), statement.name.name
        message = say('There is another %(kind)s "%(name)s" in this file.', kind=kind, name=name)
    else:
        message = say(
            'There is another %(kind)s "%(name)s" on "%(object)s" in this file.',
            kind=kind,
            name=name,
            object=statement.object.text,
        )
    if key in names:
        checking.report("duplicate_name", message, statement.title, say("Give each its own name."))
    names.add(key)


def _check_statement(checking: Checking, statement: Statement) -> _Checked | None:
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
            return check_approval(checking, statement, owner)
        case statements.Test():
            return check_test(checking, statement, owner)


def _check_rule(checking: Checking, rule: statements.Rule, owner: RuleObject) -> checked.Rule:
    options = check_options(checking, rule.options)
    triggers = check_when(checking, rule.when, owner)
    inside = with_what_triggers_give(rule.when, triggers, owner)
    condition = None if rule.condition is None else checking.condition(rule.condition, inside.scope)
    actions = check_part(checking, rule.block, inside)
    otherwise: tuple[checked.Action, ...] = ()
    if rule.otherwise is not None:
        otherwise = check_part(checking, rule.otherwise, inside)
        if rule.condition is None:
            message = say('Without an "if" the rule never comes to its "else".')
            checking.report("unreachable", message, rule.otherwise, say("Take it out, or say when."))
    return checked.Rule(
        name=rule.title.value,
        object=owner.name,
        triggers=triggers,
        condition=condition,
        actions=actions,
        otherwise=otherwise,
        delayed=_check_delays(checking, rule, inside),
        is_active=options.is_active,
        priority=options.priority,
        runs_as=options.runs_as,
        description=options.description,
        start=rule.start,
        end=rule.end,
        line=checking.line(rule),
    )


def _check_delays(checking: Checking, rule: statements.Rule, owner: RuleObject) -> tuple[checked.Delayed, ...]:
    found = []
    for delay in rule.delays:
        duration = check_duration(checking, delay.duration)
        condition = None if delay.condition is None else checking.condition(delay.condition, owner.scope)
        actions = check_part(checking, delay.block, owner)
        if delay.condition is None or condition is not None:
            line = checking.line(delay)
            found.append(checked.Delayed(duration=duration, condition=condition, actions=actions, line=line))
    return tuple(found)


def _check_assignment(checking: Checking, assignment: statements.Assignment, owner: RuleObject) -> checked.Assignment:
    options = check_options(checking, assignment.options)
    triggers = check_when(checking, assignment.when, owner)
    owner = with_what_triggers_give(assignment.when, triggers, owner)
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
    options = check_options(checking, validation.options)
    rows = []
    for row in validation.rows:
        info = None if row.field is None else checking.field(owner, row.field)
        message = checking.formula(row.message, owner.scope, Kind.TEXT, use=say("A message"))
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
