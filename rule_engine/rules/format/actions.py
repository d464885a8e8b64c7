"""Canonical lines of actions."""

from __future__ import annotations

from rule_engine.rules.format import phrases
from rule_engine.rules.format.layout import Layout
from rule_engine.rules.format.lines import Line, line
from rule_engine.rules.syntax import actions
from rule_engine.rules.syntax.actions import Block
from rule_engine.rules.syntax.node import Word


def block_lines(block: Block, level: int, layout: Layout) -> list[Line]:
    return [each for action in block.actions for each in _action_lines(action, level, layout)]


def _action_lines(action: actions.Action, level: int, layout: Layout) -> list[Line]:
    match action:
        case actions.CreateAction():
            alias = f" as {action.alias.name}" if action.alias is not None else ""
            return layout.listed(level, f"create {action.object.name}", action.values, alias, action)
        case actions.UpdateAction():
            where = f" where {phrases.formula(action.where)}" if action.where is not None else ""
            return layout.listed(level, f"update {action.target.name}{where}", action.values, "", action)
        case actions.PostAction():
            return layout.listed(level, f"post webhook {action.webhook.name}", action.values, "", action)
        case actions.CallAction(target=target):
            name = target.name if isinstance(target, Word) else phrases.formula(target)
            return layout.listed(level, f"call {name}", action.values, "", action)
        case actions.IfAction():
            return _if_lines(action, level, layout)
        case actions.ForEachAction():
            opening = layout.keyword_before(action.body.start)
            return [
                line(level, _loop(action), action.start, opening),
                *block_lines(action.body, level + 1, layout),
                layout.end(level, action),
            ]
    return [line(level, _short(action), action.start, action.end)]


def _if_lines(action: actions.IfAction, level: int, layout: Layout) -> list[Line]:
    opening = f"if {phrases.formula(action.condition)} then"
    lines = [line(level, opening, action.start, layout.keyword_before(action.then.start))]
    lines += block_lines(action.then, level + 1, layout)
    if action.otherwise is not None:
        lines.append(layout.keyword(level, "else", action.otherwise.start, comment_level=level + 1))
        lines += block_lines(action.otherwise, level + 1, layout)
    return [*lines, layout.end(level, action)]


def _loop(action: actions.ForEachAction) -> str:
    text = f"for each {action.variable.name} in {phrases.formula(action.children)}"
    if action.where is not None:
        text += f" where {phrases.formula(action.where)}"
    return text + (f" limit {action.limit}" if action.limit is not None else "") + " do"


def _short(action: actions.Action) -> str:
    match action:
        case actions.AssignAction(assignee=assignee):
            return f"assign to {phrases.assignee(assignee)}"
        case actions.SetAction(values=values):
            return f"set {', '.join(phrases.field_value(value) for value in values)}"
        case actions.DeleteAction(target=target, where=where):
            return f"delete {target.name}" + (f" where {phrases.formula(where)}" if where is not None else "")
        case actions.NotifyAction():
            recipients = ", ".join(phrases.recipient(each) for each in action.recipients)
            return f"notify {recipients} via {phrases.words(action.channels)} {phrases.message(action.message)}"
        case actions.SendAction():
            gateway = f" via {action.gateway.name}" if action.gateway is not None else ""
            receiver = phrases.single_recipient(action.recipient)
            return f"send {action.channel.name} to {receiver}{gateway} {phrases.message(action.message)}"
        case actions.SubmitAction(approval=approval):
            return f"submit for approval {approval.name}"
        case actions.FailAction(field=field, message=message):
            return f"fail {field.name + ' ' if field is not None else ''}{phrases.formula(message)}"
        case actions.StopAction():
            return "stop"
    raise AssertionError(action)
