"""Checks who gets a record and who hears of it."""

from __future__ import annotations

from rule_engine.rules import checked
from rule_engine.rules.check.checking import Checking, RuleObject
from rule_engine.rules.check.strategies import check_strategy
from rule_engine.rules.check.users import check_user, check_user_formula, is_user
from rule_engine.rules.syntax import people
from rule_engine.rules.syntax.node import Word
from rule_engine.syntax import Expression, Name
from rule_engine.types import Kind
from rule_engine.wording import say


def check_assignee(checking: Checking, assignee: people.Assignee, owner: RuleObject) -> checked.Assignee | None:
    match assignee:
        case people.QueueAssignee():
            return _check_queue(checking, assignee, owner)
        case people.UserAssignee(user=user):
            named = check_user(checking, user, owner)
            return None if named is None else checked.ToUser(user=named)
        case people.PathAssignee(path=path):
            formula = check_user_formula(checking, path, owner)
            return None if formula is None else checked.ToUser(user=formula)
        case people.GroupAssignee(kind="role", name=name):
            return checked.ToRole(role=name.name) if _is_role(checking, name) else None
        case people.GroupAssignee(name=name):
            return checked.ToTeam(team=name.name) if _is_team(checking, name) else None
        case people.PreviousOwnerAssignee():
            return checked.ToPreviousOwner()


def check_approver(checking: Checking, approver: people.Assignee, owner: RuleObject) -> checked.Assignee | None:
    """Who decides on a step: anybody whom a record can be assigned to, but no member that a strategy picks."""
    match approver:
        case people.GroupAssignee(kind="role", name=name):
            return checked.ToRole(role=name.name) if _is_role(checking, name) else None
        case people.GroupAssignee(name=name):
            return checked.ToTeam(team=name.name) if _is_team(checking, name) else None
        case people.PreviousOwnerAssignee():
            return checked.ToPreviousOwner()
        case people.QueueAssignee(strategy=strategy) if strategy is not None:
            message = say("A step asks everybody who sits at the queue.")
            checking.report("bad_approver", message, strategy, say("Leave the strategy out."))
    return check_assignee(checking, approver, owner)


def _check_queue(checking: Checking, assignee: people.QueueAssignee, owner: RuleObject) -> checked.ToQueue | None:
    queue = assignee.queue
    is_known = checking.is_known("queue", queue, checking.names.queues())
    if assignee.strategy is None:
        return checked.ToQueue(queue=queue.name) if is_known else None
    strategy, limits = check_strategy(checking, assignee.strategy, owner)
    return checked.ToQueue(queue=queue.name, strategy=strategy, limits=limits) if is_known else None


def check_recipient(checking: Checking, recipient: people.Recipient, owner: RuleObject) -> checked.Recipient | None:
    match recipient:
        case people.GroupRecipient(kind="queue", name=queue):
            is_known = checking.is_known("queue", queue, checking.names.queues())
            return checked.QueueRecipient(queue=queue.name) if is_known else None
        case people.GroupRecipient(kind="role", name=name):
            return checked.RoleRecipient(role=name.name) if _is_role(checking, name) else None
        case people.GroupRecipient(name=name):
            return checked.TeamRecipient(team=name.name) if _is_team(checking, name) else None
        case people.UserRecipient(user=user):
            named = check_user(checking, user, owner)
            if isinstance(named, str):
                return checked.UserRecipient(username=named)
            return None if named is None else checked.PathRecipient(user=named)
        case people.ExpressionRecipient(expression=expression):
            return _check_expression(checking, expression, owner)


def _check_expression(checking: Checking, expression: Expression, owner: RuleObject) -> checked.Recipient | None:
    word = expression.path[0].lower() if isinstance(expression, Name) and len(expression.path) == 1 else None
    if word == "owner" and checking.names.field(owner.name, word):
        return checked.Owner()
    if word == "creator" and owner.scope.find((word,)) is None:
        return checked.Creator()
    formula = checking.formula(expression, owner.scope, Kind.ID, Kind.TEXT, use=say("A recipient"))
    if formula is None:
        return None
    if formula.type.kind == Kind.TEXT:
        return checked.EmailRecipient(address=formula)
    return checked.PathRecipient(user=formula) if is_user(checking, formula, expression) else None


def _is_role(checking: Checking, name: Word) -> bool:
    return checking.is_known("role", name, checking.names.roles())


def _is_team(checking: Checking, name: Word) -> bool:
    return checking.is_known("team", name, checking.names.teams())
