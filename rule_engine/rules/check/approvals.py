"""Checks approvals: their steps in order, and what happens when they are decided."""

from __future__ import annotations

from rule_engine.rules import checked
from rule_engine.rules.check.actions import check_part
from rule_engine.rules.check.checking import Checking, RuleObject
from rule_engine.rules.check.options import check_options
from rule_engine.rules.check.people import check_approver
from rule_engine.rules.check.triggers import check_duration
from rule_engine.rules.syntax import statements
from rule_engine.rules.syntax.node import Duration, Word
from rule_engine.rules.syntax.statements import Step, StepOption
from rule_engine.syntax import Expression
from rule_engine.wording import say


def check_approval(checking: Checking, approval: statements.Approval, owner: RuleObject) -> checked.Approval:
    options = check_options(checking, approval.options)
    condition = None if approval.condition is None else checking.condition(approval.condition, owner.scope)
    steps: dict[str, checked.ApprovalStep] = {}
    for step in approval.steps:
        if step.name.name in steps:
            message = say('There is another step "%(name)s" in this approval.', name=step.name.text)
            checking.report("duplicate_name", message, step.name, say("Give each its own name."))
        found = _check_step(checking, step, owner, tuple(steps))
        if found is not None:
            steps[found.name] = found
    outcomes = _check_outcomes(checking, approval, owner)
    return checked.Approval(
        name=approval.name.name,
        label=approval.title.value,
        object=owner.name,
        condition=condition,
        steps=tuple(steps.values()),
        on_approve=outcomes.get("approve", ()),
        on_reject=outcomes.get("reject", ()),
        on_recall=outcomes.get("recall", ()),
        is_active=options.is_active,
        description=options.description,
        start=approval.start,
        end=approval.end,
        line=checking.line(approval),
    )


def _check_outcomes(
    checking: Checking, approval: statements.Approval, owner: RuleObject
) -> dict[str, tuple[checked.Action, ...]]:
    found: dict[str, tuple[checked.Action, ...]] = {}
    for outcome in approval.outcomes:
        if outcome.event in found:
            message = say('"on %(event)s" is there already.', event=outcome.event)
            checking.report("duplicate_name", message, outcome, say("Put the actions together."))
        found[outcome.event] = check_part(checking, outcome.block, owner)
    return found


def _check_step(
    checking: Checking, step: Step, owner: RuleObject, earlier: tuple[str, ...]
) -> checked.ApprovalStep | None:
    condition = None if step.condition is None else checking.condition(step.condition, owner.scope)
    approver = check_approver(checking, step.approver, owner)
    quorum, remind_after, skip_if, rejects_to = 1, None, None, None
    for option in step.options:
        match option:
            case StepOption(kind="quorum", value=int(count)):
                if count < 1:
                    checking.report("bad_quorum", say("A quorum is a whole number from 1 on."), option)
                quorum = count
            case StepOption(kind="remind after", value=Duration() as duration):
                remind_after = check_duration(checking, duration)
            case StepOption(kind="skip if", value=Expression() as expression):
                skip_if = checking.condition(expression, owner.scope)
            case StepOption(kind="reject to", value=Word() as target):
                if checking.is_known("step", target, earlier):
                    rejects_to = target.name
    if approver is None:
        return None
    return checked.ApprovalStep(
        name=step.name.name,
        label=step.title.value,
        approver=approver,
        condition=condition,
        quorum=quorum,
        needs_everybody=any(option.kind == "quorum all" for option in step.options),
        is_delegation_allowed=any(option.kind == "delegation allowed" for option in step.options),
        remind_after=remind_after,
        skip_if=skip_if,
        rejects_to=rejects_to,
        line=checking.line(step),
    )
