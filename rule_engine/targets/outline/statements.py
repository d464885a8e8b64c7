"""Whole statements, in words."""

from __future__ import annotations

from collections.abc import Iterator

from rule_engine.rules.checked import (
    Approval,
    ApprovalStep,
    Assignment,
    Delayed,
    Expectation,
    ExpectCondition,
    ExpectNotified,
    ExpectQueue,
    ExpectRecord,
    ExpectRefused,
    Rule,
    RuleTest,
    Validation,
)
from rule_engine.targets.outline.actions import action_lines, say_value, say_values
from rule_engine.targets.outline.line import Line
from rule_engine.targets.outline.people import say_assignee, say_recipient
from rule_engine.targets.outline.teller import Teller
from rule_engine.targets.outline.triggers import say_triggers


class Outline:
    def __init__(self, teller: Teller) -> None:
        self._teller = teller

    def of(self, statement: Rule | Assignment | Validation | Approval | RuleTest) -> Iterator[Line]:
        match statement:
            case Rule():
                return self._rule(statement)
            case Assignment():
                return self._assignment(statement)
            case Validation():
                return self._validation(statement)
            case Approval():
                return self._approval(statement)
            case RuleTest():
                return self._test(statement)

    def _rule(self, rule: Rule) -> Iterator[Line]:
        teller = self._teller
        yield Line(kind="when", text=say_triggers(teller, rule.triggers), number=rule.line)
        depth = 0
        if rule.condition is not None:
            yield Line(kind="if", text=teller.say("if", condition=teller.formula(rule.condition)))
            depth = 1
        yield from action_lines(teller, rule.actions, depth)
        if rule.otherwise:
            yield Line(kind="else", text=teller.say("otherwise"))
            yield from action_lines(teller, rule.otherwise, 1)
        for delayed in rule.delayed:
            yield Line(kind="after", text=self._delay(delayed), number=delayed.line)
            yield from action_lines(teller, delayed.actions, 1)

    def _delay(self, delayed: Delayed) -> str:
        teller, duration = self._teller, self._teller.duration(delayed.duration)
        if delayed.condition is None:
            return teller.say("after time", duration=duration)
        return teller.say("after time if", duration=duration, condition=teller.formula(delayed.condition))

    def _assignment(self, table: Assignment) -> Iterator[Line]:
        teller = self._teller
        yield Line(kind="when", text=say_triggers(teller, table.triggers), number=table.line)
        for number, row in enumerate(table.rows, 1):
            who = say_assignee(teller, row.assignee)
            if row.condition is None:
                text = teller.say("row otherwise", number=number, who=who)
            else:
                text = teller.say("row", number=number, condition=teller.formula(row.condition), who=who)
            yield Line(kind="row", text=text, number=row.line)

    def _validation(self, validation: Validation) -> Iterator[Line]:
        teller = self._teller
        thing = teller.thing(validation.object)
        yield Line(kind="when", text=teller.say("on save", object=thing), number=validation.line)
        for row in validation.rows:
            condition = teller.say("if", condition=teller.formula(row.condition))
            yield Line(kind="if", text=condition, number=row.line)
            phrase = "fail" if row.field is None else "fail at"
            field = "" if row.field is None else teller.field(row.field)
            yield Line(
                kind="action", text=teller.say(phrase, message=say_value(teller, row.message), field=field), depth=1
            )

    def _approval(self, approval: Approval) -> Iterator[Line]:
        teller = self._teller
        if approval.condition is not None:
            text = teller.say("may be submitted", condition=teller.formula(approval.condition))
            yield Line(kind="when", text=text, number=approval.line)
        for number, step in enumerate(approval.steps, 1):
            yield Line(kind="step", text=self._step(step, number), number=step.line)
        endings = (
            ("approved", approval.on_approve),
            ("rejected", approval.on_reject),
            ("recalled", approval.on_recall),
        )
        for phrase, actions in endings:
            if actions:
                yield Line(kind="if", text=teller.say(phrase))
                yield from action_lines(teller, actions, 1)

    def _step(self, step: ApprovalStep, number: int) -> str:
        teller = self._teller
        who = say_assignee(teller, step.approver)
        if step.needs_everybody:
            who = teller.say("everybody", who=who)
        elif step.quorum > 1:
            who = teller.say("quorum", who=who, number=step.quorum)
        if step.condition is None:
            return teller.say("step", number=number, label=step.label, who=who)
        condition = teller.formula(step.condition)
        return teller.say("step if", number=number, label=step.label, condition=condition, who=who)

    def _test(self, test: RuleTest) -> Iterator[Line]:
        teller = self._teller
        thing = teller.thing(test.object)
        for values in test.given:
            said = say_values(teller, test.object, values) if values else ""
            text = teller.say("given" if said else "given nothing", object=thing, values=said)
            yield Line(kind="given", text=text)
        yield Line(kind="when", text=say_triggers(teller, test.triggers), number=test.line)
        for stage in test.stages:
            if stage.delay is not None:
                text = teller.say("after time", duration=teller.duration(stage.delay))
                yield Line(kind="after", text=text, number=stage.line)
            for expectation in stage.expectations:
                text = self._expectation(expectation)
                yield Line(kind="expect", text=text, depth=int(stage.delay is not None), number=expectation.line)

    def _expectation(self, expected: Expectation) -> str:
        teller = self._teller
        match expected:
            case ExpectQueue():
                queue = teller.names.queue(expected.queue)
                return teller.say("expect queue", subject=teller.formula(expected.subject), queue=queue)
            case ExpectNotified():
                return teller.say("expect notified", who=say_recipient(teller, expected.recipient))
            case ExpectRefused():
                return teller.say("expect refused", message=expected.text)
            case ExpectRecord():
                thing = teller.thing(expected.object)
                return teller.say("expect record", object=thing, condition=teller.formula(expected.condition))
            case ExpectCondition():
                return teller.say("expect", condition=teller.formula(expected.condition))
