"""Checks the values that rules give to fields, and the constants that triggers compare with."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from rule_engine.checker import CheckedFormula
from rule_engine.diagnosis import did_you_mean
from rule_engine.rules.check.checking import Checking, RuleObject
from rule_engine.rules.checked import BLANK, Value
from rule_engine.rules.names import FieldInfo
from rule_engine.rules.syntax.node import FieldValue
from rule_engine.syntax import (
    BooleanLiteral,
    Call,
    Expression,
    NullLiteral,
    NumberLiteral,
    TextLiteral,
    UnaryOperation,
)
from rule_engine.types import Kind, Scope, Type
from rule_engine.wording import say

_TAKES = {
    Kind.TEXT: (Kind.TEXT, Kind.PICKLIST),
    Kind.PICKLIST: (Kind.PICKLIST, Kind.TEXT),
    Kind.MULTI_PICKLIST: (Kind.MULTI_PICKLIST, Kind.LIST),
}


def check_field_value(
    checking: Checking, assigned: FieldValue, owner: RuleObject, scope: Scope
) -> tuple[str, CheckedFormula] | None:
    """`field = value` for a field of `owner`, the value over `scope`."""
    info = checking.field(owner, assigned.field)
    if info is not None and info.type.kind is Kind.SEALED:
        message = say('The field "%(field)s" is encrypted, so rules cannot set it.', field=assigned.field.text)
        checking.report("read_only_field", message, assigned.field)
    elif info is not None and not info.is_writable:
        message = say('The field "%(field)s" cannot be set: the platform keeps it.', field=assigned.field.text)
        checking.report("read_only_field", message, assigned.field)
    value = checking.formula(assigned.value, scope)
    if info is None or value is None or not _fits(checking, assigned, info, value):
        return None
    return assigned.field.name, value


def check_constant(checking: Checking, expression: Expression, field: str, info: FieldInfo) -> Value | None:
    """A literal that the field can hold; BLANK for NULL and ""."""
    value = _literal(expression)
    if value is None:
        checking.report(
            "wrong_type", say("Only a constant can stand here: a text, a number, TRUE, FALSE or NULL."), expression
        )
    elif value is BLANK:
        return value
    elif isinstance(value, str) and info.type.kind in (Kind.TEXT, Kind.PICKLIST):
        _check_picklist_value(checking, expression, value, field, info.type)
        return value
    elif _literal_kind(value) != info.type.kind:
        kind = Type(kind=_literal_kind(value))
        checking.report(
            "wrong_type",
            say('The field "%(field)s" is of type %(wanted)s, not %(kind)s.', field=field, wanted=info.type, kind=kind),
            expression,
        )
    else:
        return value
    return None


def _literal(expression: Expression) -> Value | None:
    match expression:
        case TextLiteral(value=text):
            return text or BLANK
        case NumberLiteral(value=number):
            return number
        case BooleanLiteral(value=truth):
            return truth
        case NullLiteral():
            return BLANK
        case UnaryOperation(operator="-", operand=NumberLiteral(value=number)):
            return -number
        case UnaryOperation(operator="+", operand=NumberLiteral(value=number)):
            return number
    return None


def _literal_kind(value: Value) -> Kind:
    if isinstance(value, bool):
        return Kind.BOOLEAN
    return Kind.NUMBER if isinstance(value, Decimal) else Kind.TEXT


def _fits(checking: Checking, assigned: FieldValue, info: FieldInfo, value: CheckedFormula) -> bool:
    wanted, found = info.type, value.type
    if found.kind not in (*_TAKES.get(wanted.kind, (wanted.kind,)), Kind.NULL):
        checking.report_wrong_type(
            assigned.value, str(wanted), found, say('The field "%(field)s"', field=assigned.field.text)
        )
        return False
    if wanted.kind == Kind.ID and info.target and found.target and info.target != found.target:
        message = say(
            'The field "%(field)s" points to an object "%(target)s", not to "%(other)s".',
            field=assigned.field.text,
            target=info.target,
            other=found.target,
        )
        checking.report("wrong_type", message, assigned.value)
        return False
    count = len(checking.problems)
    if wanted.kind in (Kind.PICKLIST, Kind.MULTI_PICKLIST):
        for literal in _results(assigned.value):
            _check_picklist_value(checking, literal, literal.value, assigned.field.text, wanted)
    return len(checking.problems) == count


def _check_picklist_value(checking: Checking, place: Expression, value: str, field: str, wanted: Type) -> None:
    if wanted.values is None or value in wanted.values or not value:
        return
    hint = did_you_mean(value, wanted.values) or say("There are: %(names)s.", names=", ".join(wanted.values[:8]))
    checking.report(
        "unknown_value",
        say('The picklist "%(field)s" has no value "%(value)s".', field=field, value=value),
        place,
        hint,
    )


def _results(expression: Expression) -> Iterator[TextLiteral]:
    """The text literals that the expression may come to: itself, or those in the branches of IF, IFS, CASE and the like."""
    waiting = [expression]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, TextLiteral):
            yield node
        elif isinstance(node, Call):
            waiting += _branches(node)


def _branches(call: Call) -> tuple[Expression, ...]:
    arguments = call.arguments
    match call.name.upper():
        case "IF":
            return arguments[1:]
        case "IFS":
            return (*arguments[1:-1:2], *arguments[-1:])
        case "CASE":
            return (*arguments[2:-1:2], *arguments[-1:])
        case "BLANKVALUE" | "NULLVALUE" | "IFERROR":
            return arguments
    return ()
