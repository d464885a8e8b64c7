"""Builds actions and blocks of them: one function for one rule of grammar/rules.lark."""

from __future__ import annotations

from typing import Any

from rule_engine.building import LimitExceeded
from rule_engine.rules.building.leaves import whole_number
from rule_engine.rules.building.parts import Parts
from rule_engine.rules.syntax import actions
from rule_engine.rules.syntax.actions import Block
from rule_engine.rules.syntax.node import FieldValue, Node, Word
from rule_engine.rules.syntax.people import ExpressionRecipient, GroupRecipient, UserRecipient
from rule_engine.wording import say

MAX_DEPTH = 50
_RECIPIENTS = (ExpressionRecipient, GroupRecipient, UserRecipient)


def block(parts: Parts) -> Block:
    found: tuple[Any, ...] = parts.every(Node)
    depth = 1 + max((_depth(action) for action in found), default=0)
    if depth > MAX_DEPTH:
        message = say("Actions are nested more than %(most)s levels deep.", most=MAX_DEPTH)
        raise LimitExceeded("too_deep", message, parts.place["start"], parts.place["end"])
    return Block(actions=found, depth=depth, **parts.place)


def _depth(action: actions.Action) -> int:
    match action:
        case actions.IfAction(then=then, otherwise=otherwise):
            return max(then.depth, otherwise.depth if otherwise else 0)
        case actions.ForEachAction(body=body):
            return body.depth
    return 0


def assign_action(parts: Parts) -> actions.AssignAction:
    return actions.AssignAction(assignee=parts.parts[-1], **parts.place)


def set_action(parts: Parts) -> actions.SetAction:
    return actions.SetAction(values=parts.every(FieldValue), **parts.place)


def create_action(parts: Parts) -> actions.CreateAction:
    return actions.CreateAction(
        object=parts.parts[1], values=parts.every(FieldValue), alias=parts.after("AS"), **parts.place
    )


def update_action(parts: Parts) -> actions.UpdateAction:
    return actions.UpdateAction(
        target=parts.parts[1], where=parts.after("WHERE"), values=parts.every(FieldValue), **parts.place
    )


def delete_action(parts: Parts) -> actions.DeleteAction:
    return actions.DeleteAction(target=parts.parts[1], where=parts.after("WHERE"), **parts.place)


def notify_action(parts: Parts) -> actions.NotifyAction:
    return actions.NotifyAction(
        recipients=tuple(part for part in parts.every(Node) if isinstance(part, _RECIPIENTS)),
        channels=parts.every(Word),
        message=parts.parts[-1],
        **parts.place,
    )


def send_action(parts: Parts) -> actions.SendAction:
    return actions.SendAction(
        channel=parts.parts[1],
        recipient=parts.after("TO"),
        gateway=parts.after("VIA"),
        message=parts.parts[-1],
        **parts.place,
    )


def post_action(parts: Parts) -> actions.PostAction:
    return actions.PostAction(webhook=parts.parts[2], values=parts.every(FieldValue), **parts.place)


def submit_action(parts: Parts) -> actions.SubmitAction:
    return actions.SubmitAction(approval=parts.parts[-1], **parts.place)


def call_action(parts: Parts) -> actions.CallAction:
    return actions.CallAction(target=parts.parts[1], values=parts.every(FieldValue), **parts.place)


def fail_action(parts: Parts) -> actions.FailAction:
    return actions.FailAction(message=parts.parts[-1], field=parts.find(Word), **parts.place)


def stop_action(parts: Parts) -> actions.StopAction:
    return actions.StopAction(**parts.place)


def if_action(parts: Parts) -> actions.IfAction:
    return actions.IfAction(
        condition=parts.parts[1], then=parts.after("THEN"), otherwise=parts.after("ELSE"), **parts.place
    )


def for_each_action(parts: Parts) -> actions.ForEachAction:
    return actions.ForEachAction(
        variable=parts.after("EACH"),
        children=parts.parts[3],
        where=parts.after("WHERE"),
        limit=whole_number(parts, "LIMIT") if parts.has("LIMIT") else None,
        body=parts.after("DO"),
        **parts.place,
    )


BUILDERS = {
    "block": block,
    "assign_action": assign_action,
    "set_action": set_action,
    "create_action": create_action,
    "update_action": update_action,
    "delete_action": delete_action,
    "notify_action": notify_action,
    "send_action": send_action,
    "post_action": post_action,
    "submit_action": submit_action,
    "call_action": call_action,
    "fail_action": fail_action,
    "stop_action": stop_action,
    "if_action": if_action,
    "for_each_action": for_each_action,
}
