"""Rules that other rules call: what a call does to the record and beyond it, and what is read for whoever calls. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from metamodel.model import Model
from rule_engine.rules import checked
from trellis.automation.steps import CompiledRule
from trellis.query.needs import together


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """`changes_record`: something is done before the record is written; `reaches_out`: something after that."""

    changes_record: bool
    reaches_out: bool


def effects_of_called(model: Model, object_name: str, name: str) -> Effects:
    """Those of the active rule of that name and of whatever it calls in turn."""
    kinds = set(_kinds(model, object_name, name, set()))
    return Effects(changes_record="before" in kinds, reaches_out="after" in kinds)


def find_called(model: Model, object_name: str, name: str) -> checked.Rule | None:
    """The active rule of the object that is called so."""
    return next((rule for rule in model.rules_for(object_name).rules if rule.name == name and rule.is_active), None)


def with_called(rules: Sequence[CompiledRule], others: Sequence[CompiledRule] = ()) -> tuple[CompiledRule, ...]:
    """The rules, each with what the rules that it calls, of them or of `others`, read of the record."""
    by_name = {rule.name: rule for rule in others or rules}
    return tuple(_with_called(rule, by_name) if rule.calls else rule for rule in rules)


def _with_called(rule: CompiledRule, by_name: Mapping[str, CompiledRule]) -> CompiledRule:
    found: dict[str, CompiledRule] = {}
    waiting = [rule]
    while waiting:
        for name in waiting.pop().calls:
            if name in by_name and name not in found:
                found[name] = by_name[name]
                waiting.append(by_name[name])
    return replace(
        rule,
        needs=together(one.needs for one in (rule, *found.values())),
        looking_up=tuple(evaluate for one in (rule, *found.values()) for evaluate in one.looking_up),
    )


def _kinds(model: Model, object_name: str, name: str, seen: set[str]) -> Iterable[str]:
    rule = find_called(model, object_name, name)
    if rule is None or name in seen:
        return
    seen.add(name)
    if rule.delayed:
        yield "after"
    for action in _flattened((*rule.actions, *rule.otherwise)):
        match action:
            case checked.Assign() | checked.SetField() | checked.Fail():
                yield "before"
            case checked.Call(rule=other):
                yield from _kinds(model, object_name, other, seen)
            case checked.Stop():
                pass
            case _:
                yield "after"


def _flattened(actions: Iterable[checked.Action]) -> Iterable[checked.Action]:
    for action in actions:
        match action:
            case checked.Branch():
                yield from _flattened((*action.then, *action.otherwise))
            case checked.ForEach():
                yield from _flattened(action.body)
            case _:
                yield action
