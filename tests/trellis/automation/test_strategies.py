"""Whose turn it is."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trellis.automation.strategies import (
    Loads,
    Member,
    choose_by_weight,
    choose_in_turn,
    choose_kept,
    choose_least_loaded,
)


def members(*names: str, **weights: int) -> list[Member]:
    plain = [Member(user_id=name, username=name) for name in names]
    return plain + [Member(user_id=name, username=name, weight=weight) for name, weight in weights.items()]


def owning(count: int, **owned: int) -> Loads:
    """`count` records of one group, of which users own so many."""
    return Loads(groups=[()] * count, counts={(): owned})


@given(people=st.integers(1, 7), batches=st.lists(st.integers(1, 50), min_size=1, max_size=10))
def test_turns_taken_in_batches_spread_evenly(people: int, batches: list[int]) -> None:
    team = members(*(f"u{number}" for number in range(people)))
    chosen: list[str | None] = []
    for size in batches:
        chosen += choose_in_turn(team, len(chosen), size)
    shares = Counter(chosen)
    assert len(chosen) == sum(batches)
    assert max(shares.values()) - min(shares.get(member.user_id, 0) for member in team) <= 1


def test_weights_are_spread_over_the_cycle() -> None:
    assert choose_by_weight(members(anna=3, bo=1), 0, 8) == ["anna", "anna", "bo", "anna"] * 2


@given(weights=st.lists(st.integers(0, 9), min_size=1, max_size=5), cycles=st.integers(1, 3))
def test_whole_cycles_give_everybody_their_weight(weights: list[int], cycles: int) -> None:
    team = members(**{f"u{number}": weight for number, weight in enumerate(weights)})
    total = sum(weights)
    shares = Counter(choose_by_weight(team, 0, total * cycles))
    if total:
        assert [shares.get(member.user_id, 0) for member in team] == [weight * cycles for weight in weights]


def test_enormous_weights_cost_little() -> None:
    shares = Counter(choose_by_weight(members(a=10**12, b=10**12 + 1), 0, 1_000))
    assert abs(shares["a"] - shares["b"]) <= 1


def test_the_least_loaded_are_filled_up_first() -> None:
    chosen = choose_least_loaded(members("a", "b", "c"), owning(8, a=5, b=3), 0)
    assert Counter(chosen) == {"c": 5, "b": 2, "a": 1} or Counter(chosen) == {"c": 5, "b": 3}
    assert chosen[:3] == ["c", "c", "c"]


def test_among_equally_loaded_the_turn_decides() -> None:
    assert choose_least_loaded(members("a", "b", "c"), owning(3), 1) == ["b", "c", "a"]


@pytest.mark.parametrize(
    ("capacity", "chosen"), [(2, ["b", "a", "b", None]), (0, [None] * 4), (1, ["b", None, None, None])]
)
def test_who_is_at_capacity_gets_none(capacity: int, chosen: list[str | None]) -> None:
    assert choose_least_loaded(members("a", "b"), owning(4, a=1), 0, capacity) == chosen


def test_an_empty_queue_has_nobody_to_give_to() -> None:
    assert (
        choose_in_turn([], 3, 2) == choose_by_weight([], 3, 2) == choose_least_loaded([], owning(2), 3) == [None, None]
    )
    assert choose_by_weight(members(a=0), 0, 2) == [None, None]


def test_who_keeps_a_value_gets_its_records_until_they_have_enough() -> None:
    values = ["x", "y", None, "x", "y", "x"]
    assert choose_kept(members("anna", "bo"), 0, values, {"x": "bo"}, owning(len(values)), None) == [
        "bo",
        "anna",
        "bo",
        "bo",
        "anna",
        "bo",
    ]
    assert choose_kept(members("anna", "bo"), 0, values, {"x": "bo"}, owning(len(values), bo=1), 3) == [
        "bo", "anna", "bo", "anna", "anna", None,
    ]  # fmt: skip


@given(
    weights=st.lists(st.integers(1, 4), min_size=1, max_size=5),
    loads=st.lists(st.integers(0, 6), min_size=5, max_size=5),
    capacity=st.integers(1, 6),
    count=st.integers(0, 40),
    start=st.integers(0, 9),
)
def test_nobody_gets_more_than_the_capacity_and_nobody_waits_while_somebody_has_room(
    weights: list[int], loads: list[int], capacity: int, count: int, start: int
) -> None:
    team = members(**{f"u{number}": weight for number, weight in enumerate(weights)})
    owned = {member.user_id: load for member, load in zip(team, loads, strict=False)}
    chosen = choose_kept(team, start, [None] * count, {}, owning(count, **owned), capacity)
    room = {user: max(0, capacity - load) for user, load in owned.items()}
    shares = Counter(user for user in chosen if user is not None)
    assert all(shares[user] <= room[user] for user in shares)
    assert sum(shares.values()) == min(count, sum(room.values()))


@given(people=st.integers(1, 5), start=st.integers(0, 9), count=st.integers(0, 20))
def test_without_values_and_capacity_it_is_in_turn(people: int, start: int, count: int) -> None:
    team = members(*(f"u{number}" for number in range(people)))
    assert choose_kept(team, start, [None] * count, {}, owning(count), None) == choose_in_turn(team, start, count)


def test_each_group_is_filled_up_by_its_own_loads_and_first_turns_are_spread() -> None:
    loads = Loads(groups=[("x",), ("y",), ("x",), ("z",), ("x",)], counts={("x",): {"a": 2, "b": 1}})
    assert choose_least_loaded(members("a", "b"), loads, 0) == ["b", "b", "a", "b", "b"]
    assert choose_kept(members("a", "b"), 0, [None] * 5, {}, loads, 2) == ["b", "a", None, "a", None]
