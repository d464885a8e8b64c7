"""Canonical lines of rules, assignments, validations, approvals and tests."""

from __future__ import annotations

from rule_engine.rules.format import phrases
from rule_engine.rules.format.actions import block_lines
from rule_engine.rules.format.layout import Layout
from rule_engine.rules.format.lines import INDENT, MAX_WIDTH, Line, line, width
from rule_engine.rules.syntax import statements
from rule_engine.rules.syntax.node import Duration, Word
from rule_engine.rules.syntax.statements import Option, Statement
from rule_engine.rules.syntax.triggers import When
from rule_engine.syntax import Expression

_WIDEST_ALIGNED = 60


def statement_lines(statement: Statement, layout: Layout) -> list[Line]:
    match statement:
        case statements.Rule():
            return _rule_lines(statement, layout)
        case statements.Assignment():
            return _assignment_lines(statement, layout)
        case statements.Validation():
            return _validation_lines(statement, layout)
        case statements.Approval():
            return _approval_lines(statement, layout)
        case statements.Test():
            return _test_lines(statement, layout)
    raise AssertionError(statement)


def _rule_lines(rule: statements.Rule, layout: Layout) -> list[Line]:
    lines = [_head("rule", rule), *_option_lines(rule.options), *_when_lines(rule.when)]
    lines += _condition_lines(rule.condition)
    lines += [layout.keyword(0, "then", rule.block.start), *block_lines(rule.block, 1, layout)]
    if rule.otherwise is not None:
        lines.append(layout.keyword(0, "else", rule.otherwise.start, comment_level=1))
        lines += block_lines(rule.otherwise, 1, layout)
    for delay in rule.delays:
        condition = f" if {phrases.formula(delay.condition)}" if delay.condition is not None else ""
        text = f"after {phrases.duration(delay.duration)}{condition} then"
        lines.append(line(0, text, delay.start, layout.keyword_before(delay.block.start)))
        lines += block_lines(delay.block, 1, layout)
    return [*lines, layout.end(0, rule)]


def _assignment_lines(assignment: statements.Assignment, layout: Layout) -> list[Line]:
    lines = [_head("assignment", assignment), *_option_lines(assignment.options), *_when_lines(assignment.when)]
    lines.append(layout.keyword(0, "first match", assignment.rows[0].start))
    conditions = [_row_condition(row) for row in assignment.rows]
    aligned = max((width(text) for text in conditions if width(text) <= _WIDEST_ALIGNED), default=0)
    for row, condition in zip(assignment.rows, conditions, strict=True):
        padding = " " * (aligned - width(condition))
        text = f"{condition}{padding} -> {phrases.assignee(row.assignee)}"
        lines.append(line(1, text, row.start, row.end))
    return [*lines, layout.end(0, assignment)]


def _row_condition(row: statements.Row) -> str:
    return phrases.formula(row.condition) if row.condition is not None else "otherwise"


def _validation_lines(validation: statements.Validation, layout: Layout) -> list[Line]:
    lines = [_head("validation", validation), *_option_lines(validation.options)]
    for row in validation.rows:
        field = f"{row.field.name} " if row.field is not None else ""
        text = f"fail {field}{phrases.formula(row.message)} when {phrases.formula(row.condition)}"
        lines.append(line(1, text, row.start, row.end))
    return [*lines, layout.end(0, validation)]


def _approval_lines(approval: statements.Approval, layout: Layout) -> list[Line]:
    lines = [_head(f"approval {approval.name.name}", approval), *_option_lines(approval.options)]
    lines += _condition_lines(approval.condition)
    for step in approval.steps:
        condition = f" if {phrases.formula(step.condition)}" if step.condition is not None else ""
        title = step.condition.end if step.condition is not None else step.title.end
        lines.append(line(0, f"step {step.name.name} {phrases.formula(step.title)}{condition}", step.start, title))
        quorums = [option for option in step.options if option.kind.startswith("quorum")]
        others = [option for option in step.options if not option.kind.startswith("quorum")]
        approver = " ".join([f"by {phrases.assignee(step.approver)}", *map(_step_option, quorums)])
        end = max(part.end for part in (step.approver, *quorums))
        lines.append(line(1, approver, step.approver.start, end))
        lines += [line(1, _step_option(option), option.start, option.end) for option in others]
    for outcome in approval.outcomes:
        end = layout.keyword_before(outcome.block.start)
        lines.append(line(0, f"on {outcome.event} then", outcome.start, end))
        lines += block_lines(outcome.block, 1, layout)
    return [*lines, layout.end(0, approval)]


def _step_option(option: statements.StepOption) -> str:
    match option.value:
        case Duration() as delay:
            return f"{option.kind} {phrases.duration(delay)}"
        case Word(name=name):
            return f"{option.kind} {name}"
        case Expression() as condition:
            return f"{option.kind} {phrases.formula(condition)}"
        case None:
            return option.kind
    return f"{option.kind} {option.value}"


def _test_lines(test: statements.Test, layout: Layout) -> list[Line]:
    lines = [_head("test", test)]
    for given in test.given:
        lines += layout.listed(0, "given", given.values, "", given)
    lines += _when_lines(test.when)
    for stage in test.stages:
        if stage.delay is not None:
            lines.append(line(0, f"after {phrases.duration(stage.delay)}", stage.start, stage.delay.end))
        lines.append(layout.keyword(0, "then", stage.expectations[0].start))
        lines += [line(1, _expectation(each), each.start, each.end) for each in stage.expectations]
    return [*lines, layout.end(0, test)]


def _expectation(part: statements.Expectation) -> str:
    match part:
        case statements.ExpectQueue(subject=subject, queue=queue):
            return f"expect {phrases.formula(subject)} in queue {queue.name}"
        case statements.ExpectNotified(recipient=recipient, channels=channels):
            via = f" via {phrases.words(channels)}" if channels else ""
            return f"expect notified {phrases.recipient(recipient)}{via}"
        case statements.ExpectRefused(message=message):
            return f"expect refused {phrases.formula(message)}"
        case statements.ExpectRecord(object=target, where=where):
            return f"expect {target.name} where {phrases.formula(where)}"
        case statements.ExpectCondition(condition=condition):
            return f"expect {phrases.formula(condition)}"
    raise AssertionError(part)


def _head(keyword: str, statement: Statement) -> Line:
    text = f"{keyword} {phrases.formula(statement.title)} on {statement.object.name}"
    return line(0, text, statement.start, statement.object.end, opens=True)


def _option_lines(options: tuple[Option, ...]) -> list[Line]:
    return [line(0, _option(option), option.start, option.end) for option in options]


def _option(option: Option) -> str:
    match option.value:
        case None:
            return option.kind
        case Word(name=name):
            return f"{option.kind} {name}"
        case Expression() as text:
            return f"{option.kind} {phrases.formula(text)}"
    return f"{option.kind} {option.value}"


def _when_lines(when: When) -> list[Line]:
    """On one line, or when that is too long one trigger to a line."""
    texts = phrases.when(when)
    whole = f"when {' or '.join(texts)}"
    if width(whole) <= MAX_WIDTH:
        return [line(0, whole, when.start, when.end)]
    first, *others = zip(texts, when.triggers, strict=True)
    return [
        line(0, f"when {first[0]}", when.start, first[1].end),
        *(line(0, f"{INDENT}or {text}", trigger.start, trigger.end) for text, trigger in others),
    ]


def _condition_lines(condition: Expression | None) -> list[Line]:
    if condition is None:
        return []
    return [line(0, f"if {phrases.formula(condition)}", condition.start, condition.end)]
