"""What plans call kinds of components."""

from __future__ import annotations

import pytest

from metamodel.words import word_for_one


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("roles", "role"),
        ("permission_groups", "permission group"),
        ("queues", "queue"),
        ("layout", "layout"),
        ("sharing", "sharing"),
    ],
)
def test_one_of_a_file_that_has_many_is_called_by_its_own_word(kind: str, word: str) -> None:
    assert str(word_for_one(kind)) == word
