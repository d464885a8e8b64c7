"""Checks the names in actions that no runtime knows yet, then refuses them."""

from __future__ import annotations

from rule_engine.rules.check.checking import Checking, RuleObject
from rule_engine.rules.syntax import actions
from rule_engine.rules.syntax.node import Word
from rule_engine.syntax import Name
from rule_engine.types import Kind


def check_coming_action(checking: Checking, action: actions.Action, owner: RuleObject) -> None:
    """Reports what is wrong in the action, or else that it is not available."""
    match action:
        case actions.UpdateAction() | actions.DeleteAction():
            what = "update" if isinstance(action, actions.UpdateAction) else "delete"
            with checking.coming(f'The action "{what}"', action):
                _check_target(checking, action, owner)
        case actions.SendAction():
            with checking.coming('The action "send"', action):
                if action.message.template is not None:
                    checking.is_known("template", action.message.template, checking.names.templates())
                if action.gateway is not None:
                    checking.is_known("webhook", action.gateway, checking.coming_names.webhooks)
        case actions.PostAction():
            with checking.coming('The action "post webhook"', action):
                checking.is_known("webhook", action.webhook, checking.coming_names.webhooks)
        case actions.SubmitAction():
            with checking.coming('The action "submit for approval"', action):
                checking.is_known("approval", action.approval, checking.coming_names.approvals)
        case actions.CallAction():
            checking.refuse('The action "call"', action)
        case actions.FailAction():
            with checking.coming('The action "fail"', action):
                if action.field is not None:
                    checking.field(owner, action.field)
                checking.formula(action.message, owner.scope, Kind.TEXT, use="A message")
        case actions.ForEachAction():
            with checking.coming('The action "for each"', action):
                _check_children(checking, action.children, owner)


def _check_target(checking: Checking, action: actions.UpdateAction | actions.DeleteAction, owner: RuleObject) -> None:
    """With `where` the target is an object, else a lookup of the record (or a loop variable, inside a loop)."""
    if action.where is not None:
        checking.object(action.target)
        return
    info = checking.field(owner, action.target)
    if info is not None and info.type.kind != Kind.ID:
        checking.report_wrong_type(
            action.target, "id", info.type, f'The field "{action.target.text}" to reach another record'
        )


def _check_children(checking: Checking, children: Name, owner: RuleObject) -> None:
    """A list of child records; only the first step of a longer path is looked at."""
    name = children.path[0]
    place = Word(text=name, start=children.start, end=children.end)
    if len(children.path) > 1 or name.lower() in checking.names.children(owner.name):
        return
    info = checking.names.field(owner.name, name.lower())
    if info is None:
        known = (*checking.names.children(owner.name), *owner.scope.names(()))
        checking.report_unknown("field", name, place, known)
        return
    checking.report_wrong_type(place, "list of child records", info.type, f'"{name}" after "in"')
