"""Checks tests of rules: the records they are given, what starts the rules, and what is expected."""

from __future__ import annotations

from rule_engine.rules import checked
from rule_engine.rules.check.checking import Checking, RuleObject
from rule_engine.rules.check.messages import check_channels
from rule_engine.rules.check.people import check_recipient
from rule_engine.rules.check.records import check_values
from rule_engine.rules.check.surroundings import with_rows
from rule_engine.rules.check.triggers import check_duration, check_when
from rule_engine.rules.syntax import statements
from rule_engine.types import Kind


def check_test(checking: Checking, test: statements.Test, owner: RuleObject) -> checked.RuleTest:
    return checked.RuleTest(
        name=test.title.value,
        object=owner.name,
        given=tuple(check_values(checking, given.values, owner, owner.scope) for given in test.given),
        triggers=check_when(checking, test.when, owner),
        stages=tuple(_check_stage(checking, stage, owner) for stage in test.stages),
        start=test.start,
        end=test.end,
        line=checking.line(test),
    )


def _check_stage(checking: Checking, stage: statements.Stage, owner: RuleObject) -> checked.Stage:
    found = (_check_expectation(checking, expectation, owner) for expectation in stage.expectations)
    return checked.Stage(
        delay=None if stage.delay is None else check_duration(checking, stage.delay),
        expectations=tuple(expectation for expectation in found if expectation is not None),
        line=checking.line(stage),
    )


def _check_expectation(
    checking: Checking, expectation: statements.Expectation, owner: RuleObject
) -> checked.Expectation | None:
    line = checking.line(expectation)
    match expectation:
        case statements.ExpectQueue(subject=subject, queue=queue):
            owned = checking.formula(subject, owner.scope, Kind.ID, use="What is in a queue")
            is_known = checking.is_known("queue", queue, checking.names.queues())
            if owned is None or not is_known:
                return None
            return checked.ExpectQueue(subject=owned, queue=queue.name, line=line)
        case statements.ExpectNotified():
            recipient = check_recipient(checking, expectation.recipient, owner)
            channels = check_channels(checking, expectation.channels)
            if recipient is None:
                return None
            return checked.ExpectNotified(recipient=recipient, channels=channels, line=line)
        case statements.ExpectRefused(message=message):
            return checked.ExpectRefused(text=message.value, line=line)
        case statements.ExpectRecord(object=word, where=where):
            rows = checking.object(word)
            condition = None if rows is None else checking.condition(where, with_rows(owner, rows))
            if rows is None or condition is None:
                return None
            return checked.ExpectRecord(object=rows.name, condition=condition, line=line)
        case statements.ExpectCondition(condition=expression):
            condition = checking.condition(expression, owner.scope)
            return None if condition is None else checked.ExpectCondition(condition=condition, line=line)
