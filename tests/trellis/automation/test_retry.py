"""When a failed delivery is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from trellis.automation.retry import MAX_ATTEMPTS, next_attempt_at

NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "shortest_s", "longest_s"), [(1, 1, 2), (2, 4, 8), (5, 256, 512), (30, 1_800, 3_600)]
)
def test_delays_grow_within_their_jitter_up_to_an_hour(attempts: int, shortest_s: int, longest_s: int) -> None:
    assert next_attempt_at(NOW, attempts, 0.0) == NOW + timedelta(seconds=shortest_s)
    assert NOW + timedelta(seconds=longest_s) - next_attempt_at(NOW, attempts, 0.999999) < timedelta(
        seconds=longest_s / 1_000
    )


def test_the_tries_outlast_a_mail_server_that_is_down_for_half_an_hour() -> None:
    waited = NOW
    for attempts in range(1, MAX_ATTEMPTS):
        waited = next_attempt_at(waited, attempts, 0.0)
    assert timedelta(minutes=30) < waited - NOW < timedelta(hours=3)
