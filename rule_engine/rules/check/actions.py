"""Checks what a rule does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rule_engine.checker import CheckedFormula
from rule_engine.rules import checked
from rule_engine.rules.check.checking import Checking, RuleObject
from rule_engine.rules.check.coming import check_coming_action
from rule_engine.rules.check.people import check_assignee, check_recipient
from rule_engine.rules.check.values import check_field_value
from rule_engine.rules.syntax import actions
from rule_engine.rules.syntax.actions import Block
from rule_engine.rules.syntax.node import Word
from rule_engine.types import Kind

CHANNELS = ("email", "in_app")
COMING_CHANNELS = ("sms", "chat")


def check_block(checking: Checking, block: Block, owner: RuleObject) -> tuple[checked.Action, ...]:
    """The actions up to the first `stop`; what is wrong or not available yet is reported."""
    found: list[checked.Action] = []
    for action, following in zip(block.actions, [*block.actions[1:], None], strict=True):
        if isinstance(action, actions.StopAction):
            if following is not None:
                checking.report("unreachable", "Nothing after stop is ever done.", following, "Take it out.")
            break
        found += _check_action(checking, action, owner)
    return tuple(found)


def _check_action(checking: Checking, action: actions.Action, owner: RuleObject) -> Iterator[checked.Action]:
    line = checking.line(action)
    match action:
        case actions.AssignAction():
            assignee = check_assignee(checking, action.assignee, owner)
            if assignee is not None:
                yield checked.Assign(assignee=assignee, line=line)
        case actions.SetAction():
            for assigned in action.values:
                pair = check_field_value(checking, assigned, owner, owner.scope)
                if pair is not None:
                    yield checked.SetField(field=pair[0], value=pair[1], line=checking.line(assigned))
        case actions.NotifyAction():
            notify = _check_notify(checking, action, owner, line)
            if notify is not None:
                yield notify
        case actions.CreateAction():
            create = _check_create(checking, action, owner, line)
            if create is not None:
                yield create
        case actions.IfAction():
            with checking.coming('An "if" among the actions', action):
                checking.condition(action.condition, owner.scope)
                for block in filter(None, (action.then, action.otherwise)):
                    check_block(checking, block, owner)
        case _:
            check_coming_action(checking, action, owner)


def _check_create(
    checking: Checking, action: actions.CreateAction, owner: RuleObject, line: int
) -> checked.CreateRecord | None:
    if action.alias is not None:
        checking.refuse('Naming a created record with "as"', action.alias)
    target = checking.object(action.object)
    if target is None:
        return None
    pairs: dict[str, Any] = {}
    for assigned in action.values:
        if assigned.field.name in pairs:
            checking.report("duplicate_name", f'The field "{assigned.field.text}" is set twice.', assigned)
        pair = check_field_value(checking, assigned, target, owner.scope)
        if pair is not None:
            pairs[pair[0]] = pair[1]
    return checked.CreateRecord(object=target.name, values=tuple(pairs.items()), line=line)


def _check_notify(
    checking: Checking, action: actions.NotifyAction, owner: RuleObject, line: int
) -> checked.Notify | None:
    count = len(checking.problems)
    recipients = [check_recipient(checking, recipient, owner) for recipient in action.recipients]
    channels = [_check_channel(checking, channel) for channel in action.channels]
    for recipient, place in zip(recipients, action.recipients, strict=True):
        if isinstance(recipient, checked.EmailRecipient) and channels != ["email"]:
            problem = "An e-mail address can be reached via email only."
            checking.report("wrong_channel", problem, place, "Give it a notify of its own.")
    template = action.message.template
    message: CheckedFormula | None = None
    if template is not None:
        checking.is_known("template", template, checking.names.templates())
    elif action.message.text is not None:
        message = checking.formula(action.message.text, owner.scope, Kind.TEXT, use="A message")
    if len(checking.problems) > count:
        return None
    return checked.Notify(
        recipients=tuple(recipient for recipient in recipients if recipient is not None),
        channels=tuple(channel for channel in channels if channel is not None),
        template=template.name if template else None,
        message=message,
        line=line,
    )


def _check_channel(checking: Checking, channel: Word) -> checked.Channel | None:
    match channel.name:
        case "email":
            return "email"
        case "in_app":
            return "in_app"
    if channel.name in COMING_CHANNELS:
        checking.refuse(f'The channel "{channel.text}"', channel)
    else:
        checking.report_unknown("channel", channel.text, channel, CHANNELS)
    return None
