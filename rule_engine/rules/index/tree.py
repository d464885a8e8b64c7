"""Rows with needed values into a tree of look-ups: by value where rows name single values, by ranges that halve where they name
ranges, row by row where nothing is left to look up."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from rule_engine.checking.warnings.values import Cut, Values

Needs = Mapping[str, Values]
Rows = Sequence[tuple[int, Needs, bool]]
"""Row numbers in rising order, each with what is still to be looked up, and whether it holds for certain once all is."""

_PREFERENCE = 8
"""How much rather a field is looked up by value than by range."""


class Search(Protocol):
    """What meets rows. Rows from number `below` on do not matter to it."""

    below: int

    def meet(self, met: Sequence[int]) -> None:
        """Rows that a record meets, as a leaf has them."""


class Leaf:
    """Rows that are met, in rising order: by number, those that hold for certain as ~number."""

    __slots__ = ("lowest", "met")

    def __init__(self, met: Iterable[int]) -> None:
        self.met = tuple(sorted(met, key=_number))
        self.lowest: int = _number(self.met[0])

    def find(self, record: Mapping[str, Any], search: Search) -> None:
        search.meet(self.met)


def _number(met: int) -> int:
    return met if met >= 0 else ~met


class ByValue:
    """Rows that name single values of one field."""

    __slots__ = ("_by_value", "_path", "lowest")

    def __init__(self, path: str, by_value: Mapping[Any, Node], lowest: int) -> None:
        self._path, self.lowest = path, lowest
        self._by_value = {value: _below(node) for value, node in by_value.items()}

    def find(self, record: Mapping[str, Any], search: Search) -> None:
        _go_on(self._by_value.get(record[self._path]), record, search)


class ByRange:
    """Rows that name ranges of one field. Its bounds part the values into places, each bound being one itself; every place has its
    rows at hand."""

    __slots__ = ("_blank", "_bounds", "_path", "_places", "lowest")

    def __init__(
        self, path: str, bounds: Sequence[Any], places: Iterable[Node | None], blank: Node | None, lowest: int
    ) -> None:
        self._path, self._bounds, self.lowest = path, tuple(bounds), lowest
        self._places = tuple(_below(node) for node in places)
        self._blank = _below(blank)

    def find(self, record: Mapping[str, Any], search: Search) -> None:
        value = record[self._path]
        if value is None:
            below = self._blank
        else:
            bounds = self._bounds
            found = bisect_left(bounds, value)
            is_bound = found < len(bounds) and bounds[found] == value
            below = self._places[2 * found + 1 if is_bound else 2 * found]
        _go_on(below, record, search)


class Several:
    """Parts that are looked up apart; the one with the earliest row goes first."""

    __slots__ = ("_parts", "lowest")

    def __init__(self, parts: Sequence[Node]) -> None:
        self._parts = sorted(parts, key=lambda part: part.lowest)
        self.lowest: int = self._parts[0].lowest

    def find(self, record: Mapping[str, Any], search: Search) -> None:
        for part in self._parts:
            if part.lowest >= search.below:
                return
            part.find(record, search)


Node = Leaf | ByValue | ByRange | Several
_Below = tuple[int, ...] | ByValue | ByRange | Several | None
"""A node as those above keep it: of a leaf only what is met, since a large tree costs what it makes the processor fetch."""


def _below(node: Node | None) -> _Below:
    return node.met if isinstance(node, Leaf) else node


def _go_on(below: _Below, record: Mapping[str, Any], search: Search) -> None:
    if below is None:
        return
    if isinstance(below, tuple):
        search.meet(below)
    elif below.lowest < search.below:
        below.find(record, search)


def build_tree(rows: Rows) -> Node | None:
    """None for no rows."""
    if not rows:
        return None
    path, is_by_value = _best_field(rows)
    if path is None:
        return Leaf(~number if is_exact and not needs else number for number, needs, is_exact in rows)
    here, elsewhere = _parted(rows, path, is_by_value=is_by_value)
    node = _by_value(path, here) if is_by_value else _by_range(path, here)
    rest = build_tree(elsewhere)
    return node if rest is None else Several([node, rest])


def _best_field(rows: Rows) -> tuple[str | None, bool]:
    """The field that parts the most rows, and whether by single values. Fields that tell few rows apart are left for the rows below."""
    by_value: Counter[str] = Counter()
    by_range: Counter[str] = Counter()
    seen: defaultdict[str, set[Any]] = defaultdict(set)
    for _, needs, _ in rows:
        for path, values in needs.items():
            if _points(values) is None:
                by_range[path] += 1
            else:
                by_value[path] += 1
            seen[path].add(values)
    ranked = [(_PREFERENCE * count * min(len(seen[path]), 16), True, path) for path, count in by_value.items()]
    ranked += [(count * min(len(seen[path]), 16), False, path) for path, count in by_range.items()]
    if not ranked:
        return None, False
    _, is_by_value, path = max(ranked)
    return path, is_by_value


def _parted(rows: Rows, path: str, *, is_by_value: bool) -> tuple[Rows, Rows]:
    here: list[tuple[int, Needs, bool]] = []
    elsewhere: list[tuple[int, Needs, bool]] = []
    for row in rows:
        needed = row[1].get(path)
        is_here = needed is not None and (_points(needed) is not None) == is_by_value
        (here if is_here else elsewhere).append(row)
    return here, elsewhere


def _by_value(path: str, rows: Rows) -> Node:
    kept: defaultdict[Any, list[tuple[int, Needs, bool]]] = defaultdict(list)
    for number, needs, is_exact in rows:
        rest = {other: values for other, values in needs.items() if other != path}
        for value in _points(needs[path]) or ():
            kept[value].append((number, rest, is_exact))
    return ByValue(path, dict(_built(kept)), rows[0][0])


def _by_range(path: str, rows: Rows) -> Node:
    """Each range is kept at the nodes of a binary tree over the places that make it up; what a place has at hand lies on the way up
    from its leaf."""
    bounds = sorted({cut[1] for _, needs, _ in rows for span in needs[path].spans for cut in span if len(cut) > 1})
    numbers = {bound: number for number, bound in enumerate(bounds)}
    count = 2 * len(bounds) + 1
    kept: defaultdict[int, list[tuple[int, Needs, bool]]] = defaultdict(list)
    blank: list[tuple[int, Needs, bool]] = []
    for number, needs, is_exact in rows:
        rest = {other: values for other, values in needs.items() if other != path}
        for start, end in needs[path].spans:
            first, last = _place(start, numbers), _place(end, numbers)
            for node in _made_up(first + count, (count if last is None else last) + count):
                kept[node].append((number, rest, is_exact))
        if needs[path].has_blank:
            blank.append((number, rest, is_exact))
    nodes = dict(_built(kept))
    known: dict[tuple[int, ...], Node | None] = {}
    places = [_at_hand(nodes, place + count, known) for place in range(count)]
    return ByRange(path, bounds, places, build_tree(blank), rows[0][0])


def _place(cut: Cut, numbers: Mapping[Any, int]) -> Any:
    """The first place behind the cut; None behind all."""
    if len(cut) == 1:
        return 0 if cut[0] == 0 else None
    return 2 * numbers[cut[1]] + 1 + cut[2]


def _at_hand(nodes: Mapping[int, Node], leaf: int, known: dict[tuple[int, ...], Node | None]) -> Node | None:
    """The nodes from a leaf up to the root, as one; rows that are few are put in one list. Neighbours often have the same."""
    way = tuple(number for number in (leaf >> level for level in range(leaf.bit_length())) if number in nodes)
    if way not in known:
        found = [nodes[number] for number in way]
        met = {one for node in found if isinstance(node, Leaf) for one in node.met}
        parts: list[Node] = [node for node in found if not isinstance(node, Leaf)]
        parts += [Leaf(met)] if met else []
        known[way] = None if not parts else parts[0] if len(parts) == 1 else Several(parts)
    return known[way]


def _made_up(first: int, last: int) -> Iterator[int]:
    """The nodes of a segment tree that make up the leaves from first to before last (bottom-up, as by Al.Cash, "Efficient and easy
    segment trees")."""
    while first < last:
        if first & 1:
            yield first
            first += 1
        if last & 1:
            last -= 1
            yield last
        first >>= 1
        last >>= 1


def _built(kept: Mapping[Any, Rows]) -> Iterator[tuple[Any, Node]]:
    for key, rows in kept.items():
        node = build_tree(rows)
        if node is not None:
            yield key, node


def _points(values: Values) -> tuple[Any, ...] | None:
    """The single values that make up the set, blank as None; None when there are ranges."""
    if any(len(start) == 1 or len(end) == 1 or start[1] != end[1] for start, end in values.spans):
        return None
    points = tuple(start[1] for start, _ in values.spans)
    return (*points, None) if values.has_blank else points
