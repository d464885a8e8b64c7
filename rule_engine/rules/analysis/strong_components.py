"""The cycles of a graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def cyclic_components(edges: Mapping[int, Sequence[int]]) -> dict[int, frozenset[int]]:
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
