"""Branches of IF and IFS that are never used, and values of CASE that are never reached."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from rule_engine import typed
from rule_engine.checking.warnings.findings import Findings
from rule_engine.checking.warnings.truth import Sets, Truths
from rule_engine.checking.warnings.values import Values
from rule_engine.types import Kind
from rule_engine.wording import say

Facts = Mapping[Hashable, Values]
"""What is known of subjects at a place: the values they can have there."""


def warn_of_branches(
    node: typed.Typed, truths: Truths, findings: Findings, facts: Facts
) -> Iterable[tuple[typed.Typed, Facts]]:
    """Warns about a choice; gives its parts, each with what is known there."""
    if isinstance(node, typed.Case):
        _warn_of_case(node, findings)
    if not isinstance(node, typed.Conditional):
        return [(part, facts) for part in typed.children(node)]
    if any(value is node.otherwise for _, value in node.branches):
        return _without_choice(node, facts)
    parts: list[tuple[typed.Typed, Facts]] = []
    is_reached = True
    for condition, value in node.branches:
        outcome = truths.of(condition).true
        inside = _narrowed(facts, outcome.necessary, truths)
        is_taken = is_reached and not outcome.is_impossible and _is_possible(inside)
        if not is_taken:
            _warn(value, findings, is_reached=is_reached)
        parts += [(condition, facts), (value, inside)]
        is_reached = is_reached and not truths.is_always_true(condition)
        facts = _without(facts, outcome.sufficient, truths)
        is_reached = is_reached and _is_possible(facts)
    if not is_reached:
        _warn(node.otherwise, findings, is_reached=False)
    return [*parts, (node.otherwise, facts)]


def _without_choice(node: typed.Conditional, facts: Facts) -> list[tuple[typed.Typed, Facts]]:
    """The checker's way to evaluate one thing and give another: nobody wrote that condition."""
    tested = [part for condition, _ in node.branches for part in typed.children(condition)]
    return [(part, facts) for part in (*tested, node.otherwise)]


def _warn(value: typed.Typed, findings: Findings, *, is_reached: bool) -> None:
    reason = say("its condition never holds here") if is_reached else say("the conditions before it take every case")
    message = say("%(text)s is never used: %(reason)s.", text=findings.text(value), reason=reason)
    findings.add("dead_branch", message, value, say("Remove it, or correct the conditions."))


def _narrowed(facts: Facts, necessary: Sets, truths: Truths) -> Facts:
    """What holds where the condition is true."""
    return {**facts, **{one: _values(facts, one, truths) & values for one, values in necessary.items()}}


def _without(facts: Facts, sufficient: Sets, truths: Truths) -> Facts:
    """What holds where the condition is not true."""
    return {**facts, **{one: _values(facts, one, truths) - values for one, values in sufficient.items()}}


def _values(facts: Facts, subject: Hashable, truths: Truths) -> Values:
    return facts.get(subject, truths.domain(subject))


def _is_possible(facts: Facts) -> bool:
    return all(values for values in facts.values())


def _warn_of_case(node: typed.Case, findings: Findings) -> None:
    is_text = any(part.type.kind in typed.TEXT_KINDS for part in (node.subject, *(value for value, _ in node.branches)))
    seen: set[Any] = set()
    for value, _ in node.branches:
        if isinstance(value, typed.Constant):
            reason = _unreachable(node.subject, value.value, seen, is_text=is_text)
            if reason and not findings.has("unknown_value", value):
                message = say("%(text)s is never reached: %(reason)s.", text=findings.text(value), reason=reason)
                findings.add("unreachable_case", message, value, say("Remove it with its result, or correct it."))
            seen.add(value.value)


def _unreachable(subject: typed.Typed, value: Any, seen: set[Any], *, is_text: bool) -> str | None:
    if value in seen:
        return say("the same value stands before it")
    if value is None and not is_text:
        return say("a blank equals nothing")
    is_picklist = isinstance(subject, typed.Read) and subject.reference.type.kind is Kind.PICKLIST
    known = subject.reference.type.values if isinstance(subject, typed.Read) and is_picklist else None
    if known is not None and value is not None and value not in known:
        return say("the picklist does not have it")
    return None
