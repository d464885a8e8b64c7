"""Who is there in a test: the people that rules and tests name, two at every queue, role and team, and whose manager is whose. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import Any

from metamodel.model import Model
from rule_engine import CheckedFormula, typed
from rule_engine.rules import checked

ACTOR = "tester"
MANAGER = "manager"
SEATS = 2

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,79}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Usernames. `people`: everybody but the actor, who owns what is created, and the manager of all of them; `queues`, `roles` and
    `teams`: who belongs to each, in order."""

    people: tuple[str, ...]
    queues: Mapping[str, tuple[str, ...]]
    roles: Mapping[str, tuple[str, ...]]
    teams: Mapping[str, tuple[str, ...]]


def cast_of(model: Model) -> Cast:
    named: dict[str, None] = {}
    weighted: dict[str, list[str]] = {}
    for rules in model.rules.values():
        for part in _parts(rules):
            named.update(dict.fromkeys(_names_in(part)))
            if isinstance(part, checked.ToQueue) and isinstance(part.strategy, checked.Weighted):
                weighted.setdefault(part.queue, []).extend(name for name, _ in part.strategy.weights)
    queues = {queue: tuple(dict.fromkeys((*weighted.get(queue, ()), *_seated(queue)))) for queue in model.queues}
    roles, teams = ({name: _seated(name) for name in several} for several in (model.roles, model.teams))
    everybody = dict.fromkeys(named)
    for groups in (queues, roles, teams):
        everybody.update(dict.fromkeys(name for members in groups.values() for name in members))
    people = tuple(name for name in everybody if name not in (ACTOR, MANAGER) and _USERNAME.fullmatch(name))
    return Cast(people=people, queues=queues, roles=roles, teams=teams)


def _seated(group: str) -> tuple[str, ...]:
    return tuple(f"{group}_{number}" for number in range(1, SEATS + 1))


def _names_in(part: object) -> Iterator[str]:
    match part:
        case checked.UserRecipient(username=username):
            yield username.casefold()
        case checked.ToUser(user=str() as username):
            yield username.casefold()
        case checked.Weighted(weights=weights):
            yield from (name for name, _ in weights)
        case CheckedFormula():
            yield from _compared_with(part)


def _compared_with(formula: CheckedFormula) -> Iterator[str]:
    """The texts that a formula compares usernames with."""
    for node in typed.walk(formula.tree):
        match node:
            case typed.Equal(left=left, right=right):
                yield from _texts(left, (right,))
                yield from _texts(right, (left,))
            case typed.OneOf(subject=subject, values=values):
                yield from _texts(subject, values)


def _texts(subject: typed.Typed, values: tuple[typed.Typed, ...]) -> Iterator[str]:
    if isinstance(subject, typed.Read) and subject.reference.path[-1] == "username":
        yield from (one.value for one in values if isinstance(one, typed.Constant) and isinstance(one.value, str))


def _parts(node: object) -> Iterator[Any]:
    """The parts of checked rules, down to their formulas."""
    waiting = [node]
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, (tuple, list)):
            waiting[:0] = part
        elif is_dataclass(part) and not isinstance(part, (type, Enum)):
            yield part
            if not isinstance(part, CheckedFormula):
                waiting[:0] = [getattr(part, field.name) for field in fields(part)]
