"""Conditions in an order -> which of them to ask about a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rule_engine.checker import CheckedFormula
from rule_engine.rules.index.necessary import IsPlain, Part, needed_by
from rule_engine.rules.index.tree import build_tree

Holds = Callable[[int], bool]
_ALWAYS: tuple[Part, ...] = (({}, True),)


class ConditionIndex:
    """An index over conditions, by rising number or numbered from 0 in the order given; None always holds. A record is a mapping of
    paths joined with dots to values, None for blank, and has every path that a condition reads. `is_plain`: whether reading a path
    never fails."""

    def __init__(
        self,
        conditions: Sequence[CheckedFormula | None] | Mapping[int, CheckedFormula | None],
        is_plain: IsPlain = lambda _: True,
    ) -> None:
        numbered = conditions if isinstance(conditions, Mapping) else dict(enumerate(conditions))
        rows = [
            (number, needed, is_exact)
            for number, condition in numbered.items()
            for needed, is_exact in (_ALWAYS if condition is None else needed_by(condition.tree, is_plain))
        ]
        self._end = max(numbered, default=-1) + 1
        self._root = build_tree(rows)

    def first(self, record: Mapping[str, Any], holds: Holds) -> int | None:
        """The first condition that holds, None when there is none. `holds` is asked for few of them; when it raises for one that comes
        before the first that holds, this raises that."""
        if self._root is None:
            return None
        search = _First(holds, self._end)
        self._root.find(record, search)
        if search.error is not None:
            raise search.error
        return search.below if search.below < self._end else None

    def candidates(self, record: Mapping[str, Any]) -> list[int]:
        """Those that may hold or fail, in order; no other does."""
        if self._root is None:
            return []
        search = _All(self._end)
        self._root.find(record, search)
        return sorted(set(search.found))


class _First:
    """`below`: the earliest that holds or fails so far. Parts of the index are not visited in the order of rows, so an error counts
    only when nothing before it holds."""

    __slots__ = ("_holds", "below", "error")

    def __init__(self, holds: Holds, end: int) -> None:
        self._holds, self.below = holds, end
        self.error: Exception | None = None

    def meet(self, met: Sequence[int]) -> None:
        below = self.below
        for number in met:
            if number < 0:
                if ~number < below:
                    self.below, self.error = ~number, None
                return
            if number >= below:
                return
            try:
                is_so = self._holds(number)
            except Exception as error:  # noqa: BLE001  # kept until it is known whether it comes first
                self.below, self.error = number, error
                return
            if is_so:
                self.below, self.error = number, None
                return


class _All:
    __slots__ = ("below", "found")

    def __init__(self, end: int) -> None:
        self.below = end
        self.found: list[int] = []

    def meet(self, met: Sequence[int]) -> None:
        self.found += [number if number >= 0 else ~number for number in met]
