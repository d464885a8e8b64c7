"""Builds rules, assignments, validations, approvals and tests: one function for one rule of grammar/rules.lark."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rule_engine.building import LimitExceeded
from rule_engine.rules.building.leaves import whole_number
from rule_engine.rules.building.parts import Parts
from rule_engine.rules.syntax import statements
from rule_engine.rules.syntax.node import FieldValue, Node, Word
from rule_engine.rules.syntax.statements import Delay, Given, Option, Outcome, Row, Stage, Step, StepOption
from rule_engine.rules.syntax.triggers import When
from rule_engine.wording import say


def rules(parts: Parts) -> tuple[Node, ...]:
    return parts.every(Node)


def rule(parts: Parts) -> statements.Rule:
    return statements.Rule(
        title=parts.parts[1],
        object=parts.after("ON"),
        options=_options(parts),
        when=_when(parts),
        condition=parts.after("IF"),
        block=parts.after("THEN"),
        otherwise=parts.after("ELSE"),
        delays=parts.every(Delay),
        **parts.place,
    )


def delay(parts: Parts) -> Delay:
    return Delay(duration=parts.parts[1], condition=parts.after("IF"), block=parts.after("THEN"), **parts.place)


def option(parts: Parts) -> Option:
    kind: Any = parts.keyword()
    value: Any = None
    if kind == "priority":
        value = whole_number(parts)
    elif kind != "inactive":
        value = parts.parts[-1]
    return Option(kind="runs as" if kind == "runs" else kind, value=value, **parts.place)


def assignment(parts: Parts) -> statements.Assignment:
    return statements.Assignment(
        title=parts.parts[1],
        object=parts.after("ON"),
        options=_options(parts),
        when=_when(parts),
        rows=parts.every(Row),
        **parts.place,
    )


def row(parts: Parts) -> Row:
    return Row(condition=parts.parts[0], assignee=parts.parts[-1], **parts.place)


def otherwise_row(parts: Parts) -> Row:
    return Row(assignee=parts.parts[-1], **parts.place)


def validation(parts: Parts) -> statements.Validation:
    return statements.Validation(
        title=parts.parts[1],
        object=parts.after("ON"),
        options=_options(parts),
        rows=parts.every(statements.FailRow),
        **parts.place,
    )


def fail_row(parts: Parts) -> statements.FailRow:
    _, *field, message, _, condition = parts.parts
    return statements.FailRow(field=field[0] if field else None, message=message, condition=condition, **parts.place)


def approval(parts: Parts) -> statements.Approval:
    return statements.Approval(
        name=parts.parts[1],
        title=parts.parts[2],
        object=parts.after("ON"),
        options=_options(parts),
        condition=parts.after("IF"),
        steps=parts.every(Step),
        outcomes=parts.every(Outcome),
        **parts.place,
    )


def step(parts: Parts) -> Step:
    options = parts.every(StepOption)
    _refuse_repeats(options)
    return Step(
        name=parts.parts[1],
        title=parts.parts[2],
        condition=parts.after("IF"),
        approver=parts.after("BY"),
        options=options,
        **parts.place,
    )


def step_option(parts: Parts) -> StepOption:
    keyword = parts.keyword()
    if parts.has("ALL"):
        return StepOption(kind="quorum all", **parts.place)
    if keyword == "reject":
        return StepOption(kind="reject to", value=parts.parts[-1], **parts.place)
    if keyword == "quorum":
        return StepOption(kind="quorum", value=whole_number(parts), **parts.place)
    if keyword == "delegation":
        return StepOption(kind="delegation allowed", **parts.place)
    return StepOption(kind="remind after" if keyword == "remind" else "skip if", value=parts.parts[-1], **parts.place)


def outcome(parts: Parts) -> Outcome:
    event: Any = parts.keyword(1)
    return Outcome(event=event, block=parts.parts[-1], **parts.place)


def test(parts: Parts) -> statements.Test:
    return statements.Test(
        title=parts.parts[1],
        object=parts.after("ON"),
        given=parts.every(Given),
        when=_when(parts),
        stages=parts.every(Stage),
        **parts.place,
    )


def given(parts: Parts) -> Given:
    return Given(values=parts.every(FieldValue), **parts.place)


def stage(parts: Parts) -> Stage:
    found: tuple[Any, ...] = parts.every(Node)
    return Stage(expectations=found, **parts.place)


def later_stage(parts: Parts) -> Stage:
    inner: Stage = parts.parts[-1]
    return replace(inner, delay=parts.parts[1], **parts.place)


def expect_queue(parts: Parts) -> statements.ExpectQueue:
    return statements.ExpectQueue(subject=parts.parts[1], queue=parts.parts[-1], **parts.place)


def expect_notified(parts: Parts) -> statements.ExpectNotified:
    return statements.ExpectNotified(recipient=parts.parts[2], channels=parts.every(Word), **parts.place)


def expect_refused(parts: Parts) -> statements.ExpectRefused:
    return statements.ExpectRefused(message=parts.parts[-1], **parts.place)


def expect_record(parts: Parts) -> statements.ExpectRecord:
    return statements.ExpectRecord(object=parts.parts[1], where=parts.parts[-1], **parts.place)


def expect_condition(parts: Parts) -> statements.ExpectCondition:
    return statements.ExpectCondition(condition=parts.parts[-1], **parts.place)


def _when(parts: Parts) -> When:
    return parts.every(When)[0]


def _options(parts: Parts) -> tuple[Option, ...]:
    options = parts.every(Option)
    _refuse_repeats(options)
    return options


def _refuse_repeats(options: tuple[Option, ...] | tuple[StepOption, ...]) -> None:
    seen: set[str] = set()
    for found in options:
        if found.kind in seen:
            raise LimitExceeded("syntax", say('"%(kind)s" is said twice.', kind=found.kind), found.start, found.end)
        seen.add(found.kind)


BUILDERS = {
    "rules": rules,
    "rule": rule,
    "delay": delay,
    "option": option,
    "assignment": assignment,
    "row": row,
    "otherwise_row": otherwise_row,
    "validation": validation,
    "fail_row": fail_row,
    "approval": approval,
    "step": step,
    "step_option": step_option,
    "outcome": outcome,
    "test": test,
    "given": given,
    "stage": stage,
    "later_stage": later_stage,
    "expect_queue": expect_queue,
    "expect_notified": expect_notified,
    "expect_refused": expect_refused,
    "expect_record": expect_record,
    "expect_condition": expect_condition,
}
