"""Checks the users that rules name: by username, or by a path that leads to one."""

from __future__ import annotations

from rule_engine.checker import CheckedFormula
from rule_engine.rules.check.checking import Checking, Placed, RuleObject
from rule_engine.syntax import Name, TextLiteral
from rule_engine.types import Kind
from rule_engine.wording import say

USER_OBJECT = "user"


def check_user(checking: Checking, user: TextLiteral | Name, owner: RuleObject) -> CheckedFormula | str | None:
    """A username, or a formula that gives a user's id."""
    known = checking.names.users()
    if isinstance(user, TextLiteral):
        return user.value if is_username(checking, user.value, user) else None
    name = user.path[0]
    if len(user.path) == 1 and known and name in known and not checking.names.field(owner.name, name.lower()):
        return name
    return check_user_formula(checking, user, owner)


def check_user_formula(checking: Checking, path: Name, owner: RuleObject) -> CheckedFormula | None:
    formula = checking.formula(path, owner.scope, Kind.ID, use=say("A user"))
    return formula if formula is not None and is_user(checking, formula, path) else None


def is_user(checking: Checking, formula: CheckedFormula, place: Placed) -> bool:
    target = formula.type.target
    if target in (None, USER_OBJECT):
        return True
    message = say('This must be a user, not a record of "%(target)s".', target=target)
    checking.report(
        "wrong_type", message, place, say('Go on to a user of it, such as ".owner" of the "%(target)s".', target=target)
    )
    return False


def is_username(checking: Checking, username: str, place: Placed) -> bool:
    known = checking.names.users()
    if known is None or username in known:
        return True
    checking.report_unknown("user", username, place, known)
    return False
