"""Plain data -> canonical YAML: reading it gives the same data, and writing that the same text."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from metamodel import read_component, to_yaml
from metamodel.yaml_reader import read_yaml
from tests.metamodel.sources import cases

AWKWARD = "ab \n:#'\"-,[]{}\t\\|>&*!%@`~?\r\x85\u2028\ufeff中"
WORDS = (
    "yes",
    "No",
    "on",
    "1",
    "1.0",
    "1e3",
    "0x1f",
    "2026-01-01",
    "null",
    "~",
    "",
    "a: b",
    "x #y",
    "- a",
    "<<",
    "---",
    "...",
    "a\n---\n",
)
_READABLE = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
keys = st.text(_READABLE, max_size=12) | st.text(alphabet=AWKWARD, max_size=6) | st.sampled_from(WORDS)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**28), 10**28)
    | st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**20), max_value=10**20)
    | st.text(_READABLE, max_size=40)
    | st.text(alphabet=AWKWARD, max_size=15)
    | st.sampled_from(WORDS)
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=10
)


@settings(max_examples=150)
@given(st.dictionaries(keys, values, max_size=6))
def test_reading_what_was_written_gives_the_same(body: dict[str, Any]) -> None:
    text = to_yaml(body)
    assert read_yaml(text).body == body
    assert to_yaml(read_yaml(text).body) == text


@settings(max_examples=200)
@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=20), max_size=4))
def test_other_yaml_readers_read_the_same_text(body: dict[str, str]) -> None:
    assert yaml.safe_load(to_yaml(body)) == body


def test_keys_come_in_the_order_of_the_schema_and_names_in_their_own() -> None:
    body = {
        "fields": {
            "label": {"label": "L", "type": "text", "length": 5},
            "amount": {"scale": 2, "label": "Amount", "type": "number", "required": True},
        },
        "name_field": "label",
        "plural_label": "As",
        "label": "A",
    }
    assert to_yaml(body, "object") == (
        "label: A\n"
        "plural_label: As\n"
        "name_field: label\n"
        "fields:\n"
        "  label: {type: text, label: L, length: 5}\n"
        "  amount: {type: number, label: Amount, scale: 2, required: true}\n"
    )
    assert to_yaml(body).startswith("fields:\n")


def test_what_is_too_wide_is_spread_out_and_lines_of_text_stand_as_they_are() -> None:
    body = {
        "formula": "IF(a,\n  b,\n  c)\n",
        "values": [{"name": "x" * 60}, {"name": "y" * 60}],
        "few": ["a", "b"],
        "none": {},
    }
    assert to_yaml(body) == (
        "formula: |\n"
        "  IF(a,\n"
        "    b,\n"
        "    c)\n"
        "values:\n"
        f"  - {{name: {'x' * 60}}}\n"
        f"  - {{name: {'y' * 60}}}\n"
        "few: [a, b]\n"
        "none: {}\n"
    )


def test_floats_are_written_with_their_shortest_digits() -> None:
    assert to_yaml({"a": 0.1, "b": Decimal("1E+2"), "c": -0.0}) == "a: 0.1\nb: 100\nc: 0.0\n"


@pytest.mark.parametrize("value", [float("nan"), Decimal("Infinity"), 10**30, "\ud800", {"k" * 251: 1}])
def test_what_yaml_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"digits|surrogate|characters"):
        to_yaml({"a": value})


def test_components_keep_their_meaning_when_written_again() -> None:
    for case in cases("bad_models.toml"):
        for path, source in case.get("files", {}).items():
            if not path.endswith(".yaml"):
                continue
            component = read_component(path, source)
            assert component.body is not None
            again = to_yaml(component.body, component.kind)
            assert read_component(path, again).body == component.body
            assert to_yaml(read_component(path, again).body or {}, component.kind) == again
