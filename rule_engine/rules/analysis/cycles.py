"""Rules that set each other off: through fields that they set, records that they write, and calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from rule_engine import typed
from rule_engine.checker import CheckedFormula
from rule_engine.checking.warnings.values import BLANK as NO_VALUE
from rule_engine.checking.warnings.values import Values, only
from rule_engine.rules.analysis.finding import Finding
from rule_engine.rules.analysis.regions import Space, TooManyBoxes, intersect
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


def find_cycles(statements: Sequence[Statement]) -> Iterator[Finding]:
    """One finding for each statement of a cycle, in the order given."""
    edges = {
        number: [
            other for other, heard in enumerate(statements) if _sets_off(statement, heard, is_self=number == other)
        ]
        for number, statement in enumerate(statements)
    }
    groups = _cycles(edges)
    for number, statement in enumerate(statements):
        group = groups.get(number)
        if group is not None:
            names = tuple(sorted(statements[other].name for other in group))
            yield Finding(code="cycle", name=statement.name, object=statement.object, line=statement.line, names=names)


def _sets_off(cause: Statement, heard: Statement, *, is_self: bool) -> bool:
    return any(
        _may_hold(heard, effect)
        for effect in effects_of(cause)
        if not (is_self and effect.same_record)
        if any(_starts(effect, trigger, heard) for trigger in heard.triggers)
    )


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


def _starts(effect: Effect, trigger: Trigger, heard: Statement) -> bool:
    if effect.event == "called":
        return isinstance(trigger, Called) and effect.called is not None and heard.name.lower() == effect.called.lower()
    if effect.object != heard.object:
        return False
    match trigger:
        case FieldChanges():
            return effect.event == "updated" and trigger.field in effect.values and _may_be(effect, trigger)
        case Saved():
            return effect.event in ("created", "updated") and not effect.same_record
        case Created():
            return effect.event == "created"
        case Updated():
            return effect.event == "updated" and not effect.same_record
        case Deleted():
            return effect.event == "deleted"
    return False


def _may_be(effect: Effect, trigger: FieldChanges) -> bool:
    """Whether the value that is set may be the one that the trigger waits for."""
    is_known, value = _constant(effect.values[trigger.field])
    return not is_known or trigger.after is None or value == (None if trigger.after is BLANK else trigger.after)


def _constant(formula: CheckedFormula | None) -> tuple[bool, Any]:
    if formula is None or not isinstance(formula.tree, typed.Constant):
        return False, None
    return True, None if formula.tree.value == "" else formula.tree.value


def _may_hold(heard: Statement, effect: Effect) -> bool:
    """Whether the condition can hold for records with the values that are set. A rule's `else` runs where it does not."""
    if isinstance(heard, Assignment) or heard.condition is None or heard.otherwise or effect.event == "deleted":
        return True
    space = Space()
    try:
        boxes = space.region(heard.condition.tree)
    except TooManyBoxes:
        return True
    known: dict[tuple[str, ...], Values] = {}
    for name, formula in effect.values.items():
        is_known, value = _constant(formula)
        if is_known:
            known[(name,)] = NO_VALUE if value is None else only((value,))
    given = {
        subject: known[node.reference.path]
        for subject, node in space.nodes.items()
        if isinstance(node, typed.Read)
        and not (node.is_prior or node.blank_is_zero or node.reference.type.percent)
        and node.reference.path in known
        and _is_comparable(known[node.reference.path], space.domains[subject])
    }
    return any(intersect(box, given) is not None for box in boxes)


def _is_comparable(values: Values, domain: Values) -> bool:
    try:
        return bool(values & domain)
    except TypeError:
        return False


def _cycles(edges: Mapping[int, Sequence[int]]) -> dict[int, frozenset[int]]:
    """Each node that can be reached from itself -> those of its cycle (strongly connected, by Tarjan's algorithm without
    recursion)."""
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    found: dict[int, frozenset[int]] = {}
    for root in edges:
        if root in order:
            continue
        work = [(root, iter(edges[root]))]
        order[root] = low[root] = len(order)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, following = work[-1]
            step = next(following, None)
            if step is not None:
                if step not in order:
                    order[step] = low[step] = len(order)
                    stack.append(step)
                    on_stack.add(step)
                    work.append((step, iter(edges[step])))
                elif step in on_stack:
                    low[node] = min(low[node], order[step])
                continue
            work.pop()
            if work:
                low[work[-1][0]] = min(low[work[-1][0]], low[node])
            if low[node] == order[node]:
                group: set[int] = set()
                while node not in group:
                    group.add(member := stack.pop())
                    on_stack.discard(member)
                if len(group) > 1 or node in edges[node]:
                    found |= dict.fromkeys(group, frozenset(group))
    return found
