"""Which records a rule fires for, each once in a transaction, and which rules of many need be asked about a record at all."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from trellis.automation.run import Run
from trellis.automation.steps import CompiledRule, Phase
from trellis.automation.triggers import fires_at_every, is_triggered

_FIRED = "rules that fired"
_UNFINISHED = "rules that fired before the write, whose after actions are still to run"


def fire(run: Run, rule: CompiledRule, indexes: Iterable[int]) -> list[int]:
    """The records, of those at `indexes`, that the rule fires for now, noted so that it does not again in this transaction."""
    run.begin(rule)
    fired, name, changes = _noted(run, _FIRED), rule.name, run.changes
    is_certain = bool(changes) and fires_at_every(rule.triggers, changes[0].event)
    firing = [
        index
        for index in indexes
        if (is_certain or is_triggered(rule.triggers, changes[index]))
        and (name, changes[index].id) not in fired
        and not changes[index].errors
        and run.holds(rule.condition, index)
    ]
    noted = {(name, changes[index].id) for index in firing}
    fired |= noted
    if rule.before and rule.after:
        _noted(run, _UNFINISHED).update(noted)
    return firing


def take_unfinished(run: Run, rule: CompiledRule) -> list[int]:
    """The records that it fired for before they were written, each once."""
    run.begin(rule)
    unfinished = _noted(run, _UNFINISHED)
    indexes = [index for index, change in enumerate(run.changes) if (rule.name, change.id) in unfinished]
    unfinished.difference_update((rule.name, run.changes[index].id) for index in indexes)
    return indexes


def note_fired(run: Run, rule: CompiledRule, indexes: Iterable[int]) -> None:
    """Of a rule that something else than the save set off: the save does not set it off once more."""
    _noted(run, _FIRED).update((rule.name, run.changes[index].id) for index in indexes)


def _noted(run: Run, what: str) -> set[tuple[str, str]]:
    noted: set[tuple[str, str]] = run.context.memory.setdefault(what, set())
    return noted


class Meetings:
    """The rules of a phase in their order, each with the places of the changes that it may fire for. With an index a record meets few
    of many rules; what it meets is found anew whenever `renew` says that it changed."""

    def __init__(self, run: Run, phase: Phase) -> None:
        self._run, self._phase = run, phase
        self._index = phase.index if run.watch is None else None
        self._places: defaultdict[int, set[int]] = defaultdict(set)
        self._numbers: list[int] = []
        self._current = -1
        if self._index is not None:
            self._note_unfinished()
            self.renew(range(len(run.changes)))

    def __iter__(self) -> Iterator[tuple[CompiledRule, Sequence[int]]]:
        rules = self._phase.rules
        if self._index is None:
            every = range(len(self._run.changes))
            yield from ((rule, every) for rule in rules)
            return
        while self._numbers:
            self._current = heapq.heappop(self._numbers)
            yield rules[self._current], sorted(self._places.pop(self._current))

    def renew(self, indexes: Iterable[int]) -> None:
        """The records at `indexes`, or what they lead to, changed: later rules may hold now that did not."""
        if self._index is None:
            return
        for index in indexes:
            for number in self._index.candidates(self._run.views.values(index)):
                if number > self._current:
                    self._add(number, index)

    def _note_unfinished(self) -> None:
        """Rules that were decided before the records were written are met by those that they fired for."""
        numbers = self._phase.decided_before
        unfinished = _noted(self._run, _UNFINISHED) if numbers else ()
        places = {change.id: index for index, change in enumerate(self._run.changes)}
        for name, record_id in unfinished:
            if name in numbers and record_id in places:
                self._add(numbers[name], places[record_id])

    def _add(self, number: int, index: int) -> None:
        if number not in self._places:
            heapq.heappush(self._numbers, number)
        self._places[number].add(index)
