"""Rules that set each other off: through fields that they set, records that they write, and calls."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from operator import itemgetter
from typing import Any

from rule_engine import typed
from rule_engine.checking.warnings.values import Values
from rule_engine.rules.analysis.effects import Event, Given, Statement, effects_of, events_of, given_by, waits_for
from rule_engine.rules.analysis.effort import MAX_STEPS_OF_CONDITION, Effort, TooMuch
from rule_engine.rules.analysis.finding import Finding
from rule_engine.rules.analysis.regions import Boxes, Space, intersect
from rule_engine.rules.analysis.strong_components import cyclic_components
from rule_engine.rules.checked import Assignment

MAX_NAMED = 20
STEPS_OF_EFFECT = 8


def find_cycles(
    statements: Sequence[Statement], effort: Effort | None = None, around: Sequence[Statement] = ()
) -> Iterator[Finding]:
    """One finding for each statement of a cycle, in the order given; those that the effort reaches. Others may be a part of cycles
    too, those `around`."""
    every = (*statements, *around)
    graph = _Graph(every, effort or Effort())
    names: dict[int, list[str]] = {}
    for group in set(cyclic_components(graph.edges).values()):
        members = [number for number in group if number < len(every)]
        if len(members) > 1 or members[0] in graph.setting_themselves_off:
            names |= dict.fromkeys(members, sorted({every[number].name for number in members}))
    for number, statement in enumerate(statements):
        if number in names:
            yield _finding(statement, names[number])


def _finding(statement: Statement, names: Sequence[str]) -> Finding:
    """`names`: all of the cycle, sorted."""
    named = tuple(sorted({statement.name, *names[:MAX_NAMED]}))
    return Finding(
        code="cycle",
        name=statement.name,
        object=statement.object,
        line=statement.line,
        names=named,
        more=len(names) - len(named),
    )


class _Graph:
    """Which statement sets which off. Between them stand the effects, so that the edges do not grow with the square of the statements:
    `edges` lead from the numbers of statements to those of effects, which come after them, and from there to statements."""

    def __init__(self, statements: Sequence[Statement], effort: Effort) -> None:
        self._effort = effort
        self._heard = [_Heard(statement, effort) for statement in statements]
        self._waiting: dict[Event, list[int]] = defaultdict(list)
        for number, statement in enumerate(statements):
            for event in {event for trigger in statement.triggers for event in waits_for(trigger, statement)}:
                self._waiting[event].append(number)
        self._effects: dict[Any, int] = {}
        self.setting_themselves_off: set[int] = set()
        self.edges: dict[int, list[int]] = {number: [] for number in range(len(statements))}
        for number, statement in enumerate(statements):
            self._add(number, statement)

    def _add(self, number: int, statement: Statement) -> None:
        for effect in effects_of(statement):
            given = given_by(effect)
            for event in events_of(effect):
                waiting = self._waiting.get(event)
                if not waiting:
                    continue
                is_among = waiting[bisect_left(waiting, number) % len(waiting)] == number
                if is_among and not effect.same_record and self._heard[number].can_be_met(given):
                    self.setting_themselves_off.add(number)
                self.edges[number].append(self._node(event, given))

    def _node(self, event: Event, given: Given) -> int:
        """Of an effect that gives these values where this is waited for."""
        key = (event, tuple(sorted(given.items(), key=itemgetter(0))))
        node = self._effects.get(key)
        if node is None:
            node = self._effects[key] = len(self.edges)
            self.edges[node] = self._set_off(event, given)
        return node

    def _set_off(self, event: Event, given: Given) -> list[int]:
        waiting = self._waiting[event]
        try:
            self._effort.spend(len(waiting) * (STEPS_OF_EFFECT if given else 1))
        except TooMuch:
            return []
        return [number for number in waiting if self._heard[number].can_be_met(given)]


class _Heard:
    """A statement that may be set off: whether its condition can hold for records with certain values."""

    def __init__(self, statement: Statement, effort: Effort) -> None:
        self._boxes: Boxes | None = None
        self._space = Space(effort.part(MAX_STEPS_OF_CONDITION))
        if isinstance(statement, Assignment) or statement.condition is None or statement.otherwise:
            return
        with suppress(TooMuch):
            self._boxes = self._space.region(statement.condition.tree)
        self._subjects = [
            (node.reference.path[0], subject)
            for subject, node in self._space.nodes.items()
            if isinstance(node, typed.Read)
            and len(node.reference.path) == 1
            and not (node.is_prior or node.blank_is_zero or node.reference.type.percent)
        ]

    def can_be_met(self, given: Given) -> bool:
        if self._boxes is None:
            return True
        if not given:
            return bool(self._boxes)
        box = {
            subject: given[name]
            for name, subject in self._subjects
            if name in given and _is_comparable(given[name], self._space.domains[subject])
        }
        return any(intersect(one, box) is not None for one in self._boxes)


def _is_comparable(values: Values, domain: Values) -> bool:
    try:
        return bool(values & domain)
    except TypeError:
        return False
