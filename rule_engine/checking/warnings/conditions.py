"""Conditions that are always or never true, and comparisons with a blank, which never hold."""

from __future__ import annotations

from collections.abc import Iterator

from rule_engine import typed
from rule_engine.checking.warnings.findings import Findings
from rule_engine.checking.warnings.truth import Truths
from rule_engine.types import Kind
from rule_engine.wording import say

_SURPRISE = say("A condition that cannot change is usually a slip: look at the operators and the values.")


def warn_of_condition(node: typed.Typed, truths: Truths, findings: Findings, *, is_written_alone: bool) -> None:
    """About this node alone: not where one of its parts is what decides, and not where the node is one of several that
    the checker made of what was written as one, such as the two comparisons of `between`."""
    if node.type.kind is not Kind.BOOLEAN or _is_meant(node, findings) or _compares_with_blank(node, findings):
        return
    if not is_written_alone or any(_is_decided(part, truths) for part in _parts(node)):
        return
    if isinstance(node, typed.Not | typed.Let | typed.Conditional | typed.Recover):
        return
    text = findings.text(node)
    if truths.is_never_true(node):
        if not _is_known_value(node, findings):
            findings.add("always_false", say("%(text)s is never true.", text=text), node, _hint(node))
    elif truths.is_always_true(node) and not typed.can_fail(node):
        findings.add("always_true", say("%(text)s is always true.", text=text), node, _hint(node))


def is_alone(part: typed.Typed, whole: typed.Typed) -> bool:
    """Whether a part has a place of its own."""
    return (part.start, part.end) != (whole.start, whole.end)


def _parts(node: typed.Typed) -> Iterator[typed.Typed]:
    """The conditions that it was written of."""
    return (part for part in typed.children(node) if part.type.kind is Kind.BOOLEAN and is_alone(part, node))


def _is_decided(node: typed.Typed, truths: Truths) -> bool:
    return truths.is_never_true(node) or truths.is_always_true(node)


def _is_meant(node: typed.Typed, findings: Findings) -> bool:
    """TRUE and FALSE are meant."""
    is_constant = isinstance(node, typed.Constant)
    return is_constant and findings.text(node).strip('"() ').upper() in (
        "TRUE",
        "FALSE",
        "NULL",
        "NOT TRUE",
        "!TRUE",
        "",
    )


def _is_known_value(node: typed.Typed, findings: Findings) -> bool:
    """Whether a value that the picklist does not have was reported already."""
    return any(findings.has("unknown_value", part) for part in typed.children(node))


def _hint(node: typed.Typed) -> str:
    match node:
        case typed.IsBlank(operand=typed.Read(blank_is_zero=True)):
            return say("A blank number reads as 0 here: compare it with 0.")
        case typed.AnyOf(operands=operands) if any(_is_negation(operand) for operand in operands):
            return 'Every value differs from one of several: join the comparisons with "&&".'
        case typed.All():
            return 'No value meets all of these at once: join them with "||", or correct the bounds.'
    return _SURPRISE


def _is_negation(node: typed.Typed) -> bool:
    return isinstance(node, typed.Not) or (isinstance(node, typed.Equal) and node.is_negated)


def _compares_with_blank(node: typed.Typed, findings: Findings) -> bool:
    match node:
        case typed.Equal(left=left, right=right) if not typed.is_text_equality(node):
            blank = _blank_of(left, right)
        case typed.Order(left=left, right=right):
            blank = _blank_of(left, right)
        case typed.OneOf(values=values):
            blank = _blank_of(*values)
        case _:
            return False
    if blank is None:
        return False
    if isinstance(node, typed.OneOf):
        message = say("A blank among the values matches nothing.")
        findings.add("compares_with_blank", message, blank, say("Add ISBLANK(...) with ||."))
        return False
    message = say("%(text)s is never true: a comparison with a blank gives a blank.", text=findings.text(node))
    is_negated = isinstance(node, typed.Equal) and node.is_negated
    hint = say("Write NOT(ISBLANK(...)).") if is_negated else say("Write ISBLANK(...).")
    findings.add("compares_with_blank", message, node, hint)
    return True


def _blank_of(*nodes: typed.Typed) -> typed.Typed | None:
    return next((node for node in nodes if isinstance(node, typed.Constant) and node.value is None), None)
