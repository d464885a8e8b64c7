"""Who of a queue's members gets which record: pure choices over the members available and a number that only ever grows."""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import gcd

LONGEST_CYCLE = 10_000
Group = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody at a queue who is active and not absent. `capacity`: most open records they take, None for any number."""

    user_id: str
    username: str
    weight: int = 1
    capacity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loads:
    """What each user owns where that decides. `groups`: that of each record, in order; `counts`: by group, then by user id; who has
    none is missing."""

    groups: Sequence[Group]
    counts: Mapping[Group, Mapping[str, int]]

    def of(self, group: Group) -> Mapping[str, int]:
        return self.counts.get(group, {})


def no_loads(count: int) -> Loads:
    return Loads(groups=[()] * count, counts={})


def choose_in_turn(members: Sequence[Member], start: int, count: int) -> list[str | None]:
    """`count` records for the turns `start`, `start` + 1 …: nobody's share differs from another's by more than one."""
    if not members:
        return [None] * count
    return [members[(start + turn) % len(members)].user_id for turn in range(count)]


def choose_by_weight(members: Sequence[Member], start: int, count: int) -> list[str | None]:
    """In turn, each as often in a cycle as their weight says, and spread over it: weights 3 and 1 give a a b a, not a a a b."""
    cycle = _cycle(members)
    if not cycle:
        return [None] * count
    return [cycle[(start + turn) % len(cycle)] for turn in range(count)]


def choose_least_loaded(
    members: Sequence[Member], loads: Loads, start: int, capacity: int | None = None
) -> list[str | None]:
    """Each record to whoever has fewest then, those of its group before it counted; among equals in turn, from `start` on. None when
    all are full."""
    chosen: list[str | None] = [None] * len(loads.groups)
    places: dict[Group, list[int]] = {}
    for place, group in enumerate(loads.groups):
        places.setdefault(group, []).append(place)
    for group, of_group in places.items():
        users = _fill_up(members, loads.of(group), start + of_group[0], len(of_group), capacity)
        for place, user in zip(of_group, users, strict=True):
            chosen[place] = user
    return chosen


def _fill_up(
    members: Sequence[Member], loads: Mapping[str, int], start: int, count: int, capacity: int | None
) -> list[str | None]:
    ranked = [
        (loads.get(member.user_id, 0), (place - start) % len(members), place) for place, member in enumerate(members)
    ]
    heapq.heapify(ranked)
    chosen: list[str | None] = []
    while len(chosen) < count and ranked:
        load, turn, place = ranked[0]
        limits = [limit for limit in (capacity, members[place].capacity) if limit is not None]
        if limits and load >= min(limits):
            heapq.heappop(ranked)
            continue
        chosen.append(members[place].user_id)
        heapq.heapreplace(ranked, (load + 1, turn, place))
    return chosen + [None] * (count - len(chosen))


def choose_kept(
    members: Sequence[Member],
    start: int,
    values: Sequence[Hashable | None],
    keepers: Mapping[Hashable, str],
    loads: Loads,
    capacity: int | None,
) -> list[str | None]:
    """In turn (by weight), but for a record whose value has a keeper, who gets it: `keepers` to begin with, then whoever got the first
    record of that value. Blank values have none. Who has `capacity` records, those of the group given before counted, gets no more;
    None when all have."""
    cycle = _cycle(members)
    owned = {group: dict(loads.of(group)) for group in loads.groups}
    keepers = dict(keepers)

    def has_room(user: str, group: Group) -> bool:
        return capacity is None or owned[group].get(user, 0) < capacity

    chosen: list[str | None] = []
    turn = start
    for value, group in zip(values, loads.groups, strict=True):
        keeper = None if value is None else keepers.get(value)
        if keeper is None or not has_room(keeper, group):
            waiting = (step for step in range(len(cycle)) if has_room(cycle[(turn + step) % len(cycle)], group))
            step = next(waiting, None)
            keeper = None if step is None else cycle[(turn + step) % len(cycle)]
            turn += 1 if step is None else step + 1
            if value is not None and keeper is not None:
                keepers.setdefault(value, keeper)
        if keeper is not None:
            owned[group][keeper] = owned[group].get(keeper, 0) + 1
        chosen.append(keeper)
    return chosen


def _cycle(members: Sequence[Member]) -> list[str]:
    """Smooth weighted round robin (as in nginx): every step adds each weight, and the largest sum goes and loses the total."""
    weights = [max(0, member.weight) for member in members]
    divisor = reduce(gcd, weights, 0) or 1
    weights = [weight // divisor for weight in weights]
    total = sum(weights)
    if total > LONGEST_CYCLE:
        weights = [max(1, weight * LONGEST_CYCLE // total) if weight else 0 for weight in weights]
        total = sum(weights)
    sums = [0] * len(members)
    cycle: list[str] = []
    for _ in range(total):
        sums = [held + weight for held, weight in zip(sums, weights, strict=True)]
        place = max(range(len(members)), key=sums.__getitem__)
        sums[place] -= total
        cycle.append(members[place].user_id)
    return cycle
