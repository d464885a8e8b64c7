"""`owner = "dora"`: a user compared with a text means the user's name to sign in with, not their id."""

from __future__ import annotations

import re
from dataclasses import replace

from rule_engine.syntax import (
    BinaryOperation,
    Call,
    Chain,
    Expression,
    Membership,
    Name,
    TextLiteral,
    UnaryOperation,
)
from rule_engine.types import Kind, Scope

_USER = "user"
_USERNAME = "username"
_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\Z", re.IGNORECASE)
_OVER_CHILDREN = ("COUNT", "SUM", "AVG", "MIN", "MAX")


def with_usernames(node: Expression, scope: Scope) -> Expression:
    """The expression with `.username` behind each user that is compared with a text, unless that is an id. What stands inside an
    aggregate is of another object, and is left alone."""
    match node:
        case BinaryOperation(operator="=" | "<>", left=left, right=right) if _is_username(right):
            return replace(node, left=_named(left, scope))
        case BinaryOperation(operator="=" | "<>", left=left, right=right) if _is_username(left):
            return replace(node, right=_named(right, scope))
        case Membership(subject=subject, values=values) if all(map(_is_username, values)):
            return replace(node, subject=_named(subject, scope))
        case Chain(operands=operands):
            return replace(node, operands=tuple(with_usernames(one, scope) for one in operands))
        case UnaryOperation(operand=operand):
            return replace(node, operand=with_usernames(operand, scope))
        case Call(name=name, arguments=arguments) if name.upper() not in _OVER_CHILDREN:
            return replace(node, arguments=tuple(with_usernames(one, scope) for one in arguments))
    return node


def _is_username(node: Expression) -> bool:
    return isinstance(node, TextLiteral) and bool(node.value) and not _ID.match(node.value)


def _named(node: Expression, scope: Scope) -> Expression:
    """The name with `.username` behind it, when it leads to a user."""
    found = scope.find(node.path) if isinstance(node, Name) else None
    if not isinstance(node, Name) or found is None or found.type.kind is not Kind.ID or found.type.target != _USER:
        return node
    path = (*node.path[:-1], _USERNAME) if len(found.path) > 1 and found.path[-1] == "id" else (*node.path, _USERNAME)
    return replace(node, path=path) if scope.find(path) is not None else node
