"""When a failed delivery is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from trellis.automation.retry import MAX_ATTEMPTS, next_attempt_at

NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "shortest_s", "longest_s"), [(1, 1, 2), (2, 2, 4), (5, 16, 32), (30, 1_800, 3_600)]
)
def test_delays_double_within_their_jitter_up_to_an_hour(attempts: int, shortest_s: int, longest_s: int) -> None:
    assert next_attempt_at(NOW, attempts, 0.0) == NOW + timedelta(seconds=shortest_s)
    assert NOW + timedelta(seconds=longest_s) - next_attempt_at(NOW, attempts, 0.999999) < timedelta(
        seconds=longest_s / 1_000
    )


def test_there_is_an_end() -> None:
    assert MAX_ATTEMPTS == 8
