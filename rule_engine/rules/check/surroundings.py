"""What the parts of a rule see beside the record: parameters and the event, the variable of a loop, aliases, another object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rule_engine.rules.check.checking import RuleObject
from rule_engine.rules.check.scopes import GivenScope, RecordScope, TargetScope
from rule_engine.types import Path, Scope, Type


def with_given(owner: RuleObject, parameters: Mapping[str, Type], *, has_event: bool) -> RuleObject:
    scope = GivenScope(parameters=parameters, has_event=has_event, outer=owner.scope)
    return replace(owner, scope=scope)


def with_variable(owner: RuleObject, name: str, record: RuleObject) -> RuleObject:
    """In a loop over records of an object, or after one was created under an alias."""
    scope = RecordScope(name=name, object=record.name, inner=record.scope, outer=owner.scope, is_variable=True)
    return replace(owner, scope=scope, variables={**owner.variables, name: record.name})


def with_rows(owner: RuleObject, rows: RuleObject) -> Scope:
    """Inside a `where` over the records of an object."""
    return RecordScope(name=rows.name, object=rows.name, inner=rows.scope, outer=owner.scope, is_variable=False)


def with_target(outer: Scope, path: Path, target: RuleObject) -> Scope:
    """In the values that an update gives."""
    return TargetScope(path=path, inner=target.scope, outer=outer)
