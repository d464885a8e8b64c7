"""Checks who gets a record and who hears of it."""

from __future__ import annotations

from rule_engine.checker import CheckedFormula
from rule_engine.rules import checked
from rule_engine.rules.check.checking import Checking, Placed, RuleObject
from rule_engine.rules.check.counted import CountedScope
from rule_engine.rules.syntax import people
from rule_engine.rules.syntax.node import Word
from rule_engine.syntax import Expression, Name, TextLiteral
from rule_engine.types import Kind

USER_OBJECT = "user"


def check_assignee(checking: Checking, assignee: people.Assignee, owner: RuleObject) -> checked.Assignee | None:
    match assignee:
        case people.QueueAssignee(queue=queue, strategy=strategy):
            is_known = checking.is_known("queue", queue, checking.names.queues())
            found = None if strategy is None else _check_strategy(checking, strategy, owner)
            return checked.ToQueue(queue=queue.name, strategy=found) if is_known else None
        case people.UserAssignee(user=user):
            named = _check_user(checking, user, owner)
            return None if named is None else checked.ToUser(user=named)
        case people.PathAssignee(path=path):
            formula = _check_user_formula(checking, path, owner)
            return None if formula is None else checked.ToUser(user=formula)
        case people.GroupAssignee(kind=kind, name=name):
            with checking.coming(f"Assigning to a {kind}", assignee):
                _check_group(checking, kind, name)
        case people.PreviousOwnerAssignee():
            checking.refuse("Assigning to the previous owner", assignee)
    return None


def check_recipient(checking: Checking, recipient: people.Recipient, owner: RuleObject) -> checked.Recipient | None:
    match recipient:
        case people.GroupRecipient(kind="queue", name=queue):
            is_known = checking.is_known("queue", queue, checking.names.queues())
            return checked.QueueRecipient(queue=queue.name) if is_known else None
        case people.GroupRecipient(kind=kind, name=name):
            with checking.coming(f"Notifying a {kind}", recipient):
                _check_group(checking, kind, name)
            return None
        case people.UserRecipient(user=user):
            named = _check_user(checking, user, owner)
            if isinstance(named, str):
                return checked.UserRecipient(username=named)
            return None if named is None else checked.PathRecipient(user=named)
        case people.ExpressionRecipient(expression=expression):
            return _check_expression(checking, expression, owner)


def _check_expression(checking: Checking, expression: Expression, owner: RuleObject) -> checked.Recipient | None:
    word = expression.path[0].lower() if isinstance(expression, Name) and len(expression.path) == 1 else None
    if word == "owner" and checking.names.field(owner.name, word):
        return checked.Owner()
    if word == "creator" and not checking.names.field(owner.name, word):
        return checked.Creator()
    formula = checking.formula(expression, owner.scope, Kind.ID, Kind.TEXT, use="A recipient")
    if formula is None:
        return None
    if formula.type.kind == Kind.TEXT:
        return checked.EmailRecipient(address=formula)
    return checked.PathRecipient(user=formula) if _is_user(checking, formula, expression) else None


def _check_user(checking: Checking, user: TextLiteral | Name, owner: RuleObject) -> CheckedFormula | str | None:
    """A username, or a formula that gives a user's id."""
    known = checking.names.users()
    if isinstance(user, TextLiteral):
        return user.value if _is_username(checking, user.value, user) else None
    name = user.path[0]
    if len(user.path) == 1 and known and name in known and not checking.names.field(owner.name, name.lower()):
        return name
    return _check_user_formula(checking, user, owner)


def _check_user_formula(checking: Checking, path: Name, owner: RuleObject) -> CheckedFormula | None:
    formula = checking.formula(path, owner.scope, Kind.ID, use="A user")
    return formula if formula is not None and _is_user(checking, formula, path) else None


def _is_user(checking: Checking, formula: CheckedFormula, place: Placed) -> bool:
    target = formula.type.target
    if target in (None, USER_OBJECT):
        return True
    message = f'This must be a user, not a record of "{target}".'
    checking.report("wrong_type", message, place, f'Go on to a user of it, such as ".owner" of the "{target}".')
    return False


def _is_username(checking: Checking, username: str, place: Placed) -> bool:
    known = checking.names.users()
    if known is None or username in known:
        return True
    checking.report_unknown("user", username, place, known)
    return False


def _check_group(checking: Checking, kind: str, name: Word) -> None:
    if kind == "role":
        checking.is_known("role", name, checking.coming_names.roles)


def _check_strategy(checking: Checking, strategy: people.Strategy, owner: RuleObject) -> checked.Strategy | None:
    if strategy.hours is not None:
        with checking.coming("A limit to business hours", strategy.hours):
            checking.is_known("calendar", strategy.hours, checking.coming_names.calendars)
    if strategy.kind == "least loaded":
        return _check_least_loaded(checking, strategy, owner)
    if strategy.capacity is not None or strategy.counted is not None:
        checking.refuse(f'A capacity or a count with "{strategy.kind}"', strategy)
    if strategy.kind == "weighted":
        return _check_weighted(checking, strategy)
    if strategy.kind == "sticky":
        with checking.coming('The strategy "sticky"', strategy):
            if strategy.path is not None:
                checking.formula(strategy.path, owner.scope)
        return None
    return checked.RoundRobin()


def _check_weighted(checking: Checking, strategy: people.Strategy) -> checked.Weighted:
    weights: dict[str, int] = {}
    for weight in strategy.weights:
        username = weight.user.value if isinstance(weight.user, TextLiteral) else weight.user.text
        _is_username(checking, username, weight.user)
        if username in weights:
            checking.report("duplicate_name", f'"{username}" has two weights.', weight)
        if weight.weight < 1:
            checking.report("bad_weight", "A weight is a whole number from 1 on.", weight, "Leave out who gets none.")
        weights[username] = weight.weight
    return checked.Weighted(weights=tuple(weights.items()))


def _check_least_loaded(checking: Checking, strategy: people.Strategy, owner: RuleObject) -> checked.LeastLoaded | None:
    if strategy.capacity == 0:
        checking.report("bad_capacity", "A capacity is a whole number from 1 on.", strategy)
    if strategy.counted is None:
        return checked.LeastLoaded(capacity=strategy.capacity)
    counted = checking.object(strategy.counted)
    if counted is None:
        return None
    condition = None
    if strategy.where is not None:
        scope = CountedScope(counted=counted.name, inner=counted.scope, outer=owner.scope)
        condition = checking.condition(strategy.where, scope)
        if condition and any(reference.path[0] != counted.name for reference in condition.references):
            what = f'A count that depends on more than fields of "{counted.name}"'
            checking.refuse(what, strategy.where)
    return checked.LeastLoaded(object=counted.name, condition=condition, capacity=strategy.capacity)
