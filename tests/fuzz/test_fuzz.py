"""Whatever is written, a formula is refused, fails or gives a value: nothing else is raised."""

from __future__ import annotations

import os
from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.pipeline import run_everything
from tests.fuzz.texts import anything, formulas, mutated, soups

# Run for an hour and at random: TRELLIS_TEST_EXAMPLES=1000000 pytest tests/fuzz
EXAMPLES = int(os.environ.get("TRELLIS_TEST_EXAMPLES", "0"))
POSITIONS = st.integers(0, 80)


def _run(texts: st.SearchStrategy[str], examples: int) -> Counter[str]:
    """How often each outcome came."""
    outcomes: Counter[str] = Counter()

    @settings(
        max_examples=EXAMPLES or examples,
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(text=texts, position=POSITIONS)
    def run(text: str, position: int) -> None:
        outcomes[run_everything(text, position)] += 1

    run()
    return outcomes


def test_words_in_any_order_raise_nothing_else() -> None:
    outcomes = _run(soups(), 800)
    assert outcomes["no syntax"] > 400


def test_formulas_with_changes_raise_nothing_else() -> None:
    outcomes = _run(mutated(), 600)
    assert min(outcomes["no syntax"], outcomes["no sense"], outcomes["evaluated"]) > 25


def test_formulas_that_mean_something_raise_nothing_else() -> None:
    outcomes = _run(formulas(), 250)
    assert outcomes["evaluated"] > 100


def test_characters_of_every_sort_raise_nothing_else() -> None:
    outcomes = _run(anything(), 600)
    assert outcomes["no syntax"] > 300
