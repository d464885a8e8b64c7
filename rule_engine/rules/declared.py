"""What rule files declare that other rules name: approvals, and rules that can be called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rule_engine.rules.syntax.statements import Approval, Rule, RuleSource
from rule_engine.rules.syntax.triggers import CalledTrigger, Parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class CallableRule:
    """A rule with a `called` trigger."""

    name: str
    object: str
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """`approvals`: (name, object) pairs."""

    approvals: tuple[tuple[str, str], ...] = ()
    rules: tuple[CallableRule, ...] = ()

    def approval_object(self, name: str) -> str | None:
        return dict(self.approvals).get(name)

    def rule(self, object_name: str, name: str) -> CallableRule | None:
        """The rule of that title on the object; one given as a bare word goes by its letters, in any case."""
        found = [rule for rule in self.rules if rule.object == object_name]
        exact = [rule for rule in found if rule.name == name]
        return next(iter(exact or [rule for rule in found if rule.name.lower() == name.lower()]), None)


def declared_in(sources: Iterable[RuleSource]) -> Declared:
    statements = [statement for source in sources for statement in source.statements]
    approvals = [(one.name.name, one.object.name) for one in statements if isinstance(one, Approval)]
    return Declared(
        approvals=tuple(approvals), rules=tuple(called for one in statements if (called := _callable(one)) is not None)
    )


def _callable(statement: object) -> CallableRule | None:
    if not isinstance(statement, Rule):
        return None
    calls = [trigger for trigger in statement.when.triggers if isinstance(trigger, CalledTrigger)]
    if not calls:
        return None
    parameters = tuple(parameter for call in calls for parameter in call.parameters)
    return CallableRule(name=statement.title.value, object=statement.object.name, parameters=parameters)
