"""Circles in a graph of names: which nodes lead back to themselves."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from typing import TypeVar

Node = TypeVar("Node")


def find_cycles(graph: Mapping[Node, Collection[Node]]) -> Iterator[tuple[Node, ...]]:
    """A shortest circle for each set of nodes that are on one together, as the nodes in order without the way back."""
    reported: set[frozenset[Node]] = set()
    for start in graph:
        cycle = _shortest_cycle(start, graph)
        if cycle and frozenset(cycle) not in reported:
            reported.add(frozenset(cycle))
            yield cycle


def _shortest_cycle(start: Node, graph: Mapping[Node, Collection[Node]]) -> tuple[Node, ...] | None:
    came_from: dict[Node, Node] = {}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        for following in graph.get(node, ()):
            if following == start:
                return _way(start, node, came_from)
            if following not in came_from:
                came_from[following] = node
                waiting.append(following)
    return None


def _way(start: Node, end: Node, came_from: Mapping[Node, Node]) -> tuple[Node, ...]:
    way = [end]
    while way[-1] != start:
        way.append(came_from[way[-1]])
    return tuple(reversed(way))
