"""Recipes of sample data: the same seed and day give the same records; what cannot be followed is named."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest
import yaml

from trellis.packaging.bundled import bundled_folder
from trellis.packaging.errors import InvalidRecipe
from trellis.packaging.recipe import Batch, Placeholder, follow_recipe

TODAY = date(2026, 3, 1)


def follow(recipe: dict[str, Any]) -> tuple[Batch, ...]:
    return follow_recipe(recipe, today=TODAY, users=("u1", "u2"), name="data/sample.yaml")


def make(fields: dict[str, Any], count: int = 50, **more: Any) -> list[dict[str, Any]]:
    [batch] = follow({"records": [{"object": "thing", "count": count, "fields": fields}], **more})
    return [dict(record) for record in batch.records]


def test_the_sales_recipe_makes_about_two_thousand_records_and_the_same_ones_each_time() -> None:
    recipe = yaml.safe_load((bundled_folder("sales") / "data" / "sample.yaml").read_text())
    batches = follow(recipe)
    assert 1_900 <= sum(len(batch.records) for batch in batches) <= 2_200
    assert batches == follow(recipe)
    assert [batch.object for batch in batches] == ["account", "contact", "lead", "opportunity", "task"]


def test_another_seed_makes_other_records() -> None:
    fields = {"n": {"number": [0, 10**9]}}
    assert make(fields, seed=1) != make(fields, seed=2)


def test_weights_are_followed() -> None:
    seen = Counter(record["a"] for record in make({"a": {"pick": {"often": 9, "seldom": 1}}}, 1_000))
    assert seen["often"] > 5 * seen["seldom"] > 0


def test_days_are_counted_from_today() -> None:
    days = {record["d"] for record in make({"d": {"date": [-1, 1]}}, 200)}
    assert days == {"2026-02-28", "2026-03-01", "2026-03-02"}


def test_numbers_keep_their_step_and_range() -> None:
    assert {record["n"] for record in make({"n": {"number": [100, 400], "step": 100, "skew": 2}}, 200)} <= {
        100,
        200,
        300,
        400,
    }


def test_text_is_put_together_from_rows_lists_fields_and_the_running_number() -> None:
    [batch] = follow(
        {
            "lists": {"word": ["one"]},
            "tables": {"town": [["name", "code"], ["Köln", "50667"]]},
            "records": [
                {
                    "object": "a",
                    "draw": {"town": "town"},
                    "fields": {"x": "X", "t": {"text": "{town.name} {town.code} {word} {x} {n}"}},
                }
            ],
        }
    )
    assert batch.records[0]["t"] == "Köln 50667 one X 1"


def test_references_point_to_earlier_records_that_share_a_reference() -> None:
    _, children, grandchildren = follow(
        {
            "records": [
                {"object": "a", "count": 3, "fields": {"name": {"text": "A{n}"}}},
                {"object": "b", "count": 20, "fields": {"a": {"ref": "a"}}},
                {
                    "object": "c",
                    "count": 20,
                    "fields": {"a": {"ref": "a"}, "b": {"ref": "b", "same": "a"}, "t": {"text": "{a.name}"}},
                },
            ]
        }
    )
    for record in grandchildren.records:
        assert isinstance(record["a"], Placeholder)
        assert record["t"] == f"A{record['a'].index + 1}"
        if "b" in record:
            assert children.records[record["b"].index]["a"] == record["a"]


def test_blanks_and_helper_fields_are_not_written() -> None:
    assert make({"_help": 1, "never": {"chance": 0, "value": 5}, "kept": False}, 1) == [{"kept": False}]


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        ({"colour": 1}, "unknown key 'colour'"),
        ({"lists": []}, "lists has to be a mapping"),
        ({"records": [{"object": "a"}]}, "object, count and fields"),
        ({"records": [{"object": "a", "count": "many", "fields": {}}]}, "count"),
        ({"records": ["a"]}, "object, count and fields"),
        ({"records": [{"object": "a", "count": 10**9, "fields": {}}]}, "at most 100,000"),
        ({"records": [{"object": "a", "fields": {"x": {"choose": 1}}}]}, "a.x"),
        ({"records": [{"object": "a", "fields": {"x": {"pick": "nowhere"}}}]}, "no list 'nowhere'"),
        ({"records": [{"object": "a", "fields": {"x": {"pick": []}}}]}, "a.x: cannot follow"),
        ({"records": [{"object": "a", "fields": {"x": {"number": [1]}}}]}, "a.x: cannot follow"),
        ({"records": [{"object": "a", "draw": {"t": "nowhere"}, "fields": {}}]}, "no table 'nowhere'"),
    ],
)
def test_a_recipe_that_cannot_be_followed_is_refused_with_the_place(recipe: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidRecipe, match=words):
        follow(recipe)
