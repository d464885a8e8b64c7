"""What statements do to records, and what they wait for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from rule_engine import typed
from rule_engine.checker import CheckedFormula
from rule_engine.checking.warnings.values import BLANK as NO_VALUE
from rule_engine.checking.warnings.values import Values, only
from rule_engine.rules.checked import (
    BLANK,
    Action,
    Assign,
    Assignment,
    Branch,
    Call,
    Called,
    Created,
    CreateRecord,
    Deleted,
    DeleteRecords,
    FieldChanges,
    ForEach,
    Rule,
    Saved,
    SetField,
    Trigger,
    Updated,
    UpdateRecords,
)

Statement = Rule | Assignment


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What an action does to records of `object`. `same_record`: to the one that is being saved, whose own save goes on.
    `values`: the fields it gives a value to; `called`: the rule that it calls."""

    event: Literal["created", "updated", "deleted", "called"]
    object: str
    values: Mapping[str, CheckedFormula | None] = field(default_factory=dict)
    same_record: bool = False
    called: str | None = None


class Event(NamedTuple):
    """What statements wait for: `kind` is created, updated, deleted, called, changes (of a field, to whatever value), changes_any (the
    same, for those that wait for no certain value) or changes_to."""

    kind: str
    subject: str
    field: str = ""
    value: Any = None


Given = Mapping[str, Values]
"""The values that an effect is known to give, by field."""


def effects_of(statement: Statement) -> Iterator[Effect]:
    if isinstance(statement, Assignment):
        yield Effect(event="updated", object=statement.object, values={"owner": None}, same_record=True)
        return
    delayed = (action for part in statement.delayed for action in part.actions)
    for action in _all_actions((*statement.actions, *statement.otherwise, *delayed)):
        match action:
            case Assign():
                yield Effect(event="updated", object=statement.object, values={"owner": None}, same_record=True)
            case SetField():
                values = {action.field: action.value}
                yield Effect(event="updated", object=statement.object, values=values, same_record=True)
            case CreateRecord():
                yield Effect(event="created", object=action.object, values=dict(action.values))
            case UpdateRecords():
                yield Effect(event="updated", object=action.target.object, values=dict(action.values))
            case DeleteRecords():
                yield Effect(event="deleted", object=action.target.object)
            case Call():
                yield Effect(event="called", object=statement.object, called=action.rule)


def _all_actions(actions: Sequence[Action]) -> Iterator[Action]:
    for action in actions:
        yield action
        if isinstance(action, Branch):
            yield from _all_actions((*action.then, *action.otherwise))
        elif isinstance(action, ForEach):
            yield from _all_actions(action.body)


def waits_for(trigger: Trigger, statement: Statement) -> Iterator[Event]:
    match trigger:
        case FieldChanges(field=name, after=after):
            yield Event("changes", statement.object, name)
            value = None if after is BLANK else after
            yield Event("changes_any" if after is None else "changes_to", statement.object, name, value)
        case Saved():
            yield Event("created", statement.object)
            yield Event("updated", statement.object)
        case Created():
            yield Event("created", statement.object)
        case Updated():
            yield Event("updated", statement.object)
        case Deleted():
            yield Event("deleted", statement.object)
        case Called():
            yield Event("called", statement.name.lower())


def events_of(effect: Effect) -> Iterator[Event]:
    if effect.called is not None:
        yield Event("called", effect.called.lower())
        return
    if not effect.same_record:
        yield Event(effect.event, effect.object)
    if effect.event == "updated":
        for name, formula in effect.values.items():
            is_known, value = _constant(formula)
            if is_known:
                yield Event("changes_any", effect.object, name)
                yield Event("changes_to", effect.object, name, value)
            else:
                yield Event("changes", effect.object, name)


def given_by(effect: Effect) -> Given:
    given: dict[str, Values] = {}
    for name, formula in effect.values.items():
        is_known, value = _constant(formula)
        if is_known:
            given[name] = NO_VALUE if value is None else only((value,))
    return given


def _constant(formula: CheckedFormula | None) -> tuple[bool, Any]:
    if formula is None or not isinstance(formula.tree, typed.Constant):
        return False, None
    return True, None if formula.tree.value == "" else formula.tree.value
