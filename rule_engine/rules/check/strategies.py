"""Checks how a queue picks a member."""

from __future__ import annotations

from dataclasses import dataclass

from rule_engine.checker import CheckedFormula
from rule_engine.rules import checked
from rule_engine.rules.check.checking import Checking, RuleObject
from rule_engine.rules.check.surroundings import with_rows
from rule_engine.rules.check.users import is_username
from rule_engine.rules.syntax import people
from rule_engine.syntax import TextLiteral
from rule_engine.wording import say


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """Which records count as open ones."""

    object: str | None = None
    condition: CheckedFormula | None = None


def check_strategy(
    checking: Checking, strategy: people.Strategy, owner: RuleObject
) -> tuple[checked.Strategy, checked.Limits]:
    if strategy.hours is not None:
        checking.is_known("calendar", strategy.hours, checking.names.calendars())
    if strategy.capacity == 0:
        checking.report("bad_capacity", say("A capacity is a whole number from 1 on."), strategy)
    counted = _check_counted(checking, strategy, owner)
    limits = checked.Limits(
        capacity=strategy.capacity,
        hours=strategy.hours.name if strategy.hours is not None else None,
        skips_absent=strategy.skips_absent,
        object=counted.object,
        condition=counted.condition,
    )
    return _check_kind(checking, strategy, owner, counted), limits


def _check_kind(
    checking: Checking, strategy: people.Strategy, owner: RuleObject, counted: _Counted
) -> checked.Strategy:
    match strategy.kind:
        case "least loaded":
            return checked.LeastLoaded(object=counted.object, condition=counted.condition, capacity=strategy.capacity)
        case "weighted":
            return _check_weighted(checking, strategy)
        case "sticky":
            path = None if strategy.path is None else checking.formula(strategy.path, owner.scope)
            if path is not None:
                return checked.Sticky(path=path)
    return checked.RoundRobin()


def _check_counted(checking: Checking, strategy: people.Strategy, owner: RuleObject) -> _Counted:
    counted = None if strategy.counted is None else checking.object(strategy.counted)
    if counted is None:
        return _Counted()
    if strategy.where is None:
        return _Counted(object=counted.name)
    condition = checking.condition(strategy.where, with_rows(owner, counted))
    return _Counted(object=counted.name, condition=condition)


def _check_weighted(checking: Checking, strategy: people.Strategy) -> checked.Weighted:
    weights: dict[str, int] = {}
    for weight in strategy.weights:
        username = weight.user.value if isinstance(weight.user, TextLiteral) else weight.user.text
        is_username(checking, username, weight.user)
        if username in weights:
            checking.report("duplicate_name", say('"%(username)s" has two weights.', username=username), weight)
        if weight.weight < 1:
            checking.report(
                "bad_weight", say("A weight is a whole number from 1 on."), weight, say("Leave out who gets none.")
            )
        weights[username] = weight.weight
    return checked.Weighted(weights=tuple(weights.items()))
