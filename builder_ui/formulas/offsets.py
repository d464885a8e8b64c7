"""Offsets into a text: the rule engine counts characters, a browser counts UTF-16 units."""

from __future__ import annotations

from bisect import bisect_left


class Units:
    """For many offsets into one text."""

    def __init__(self, text: str) -> None:
        self._wide = [] if text.isascii() else [place for place, one in enumerate(text) if ord(one) > 0xFFFF]

    def before(self, offset: int) -> int:
        """The UTF-16 units before the character at `offset`."""
        return offset + bisect_left(self._wide, offset)


def to_units(text: str, offset: int) -> int:
    """The UTF-16 units before the character at `offset`."""
    return offset + sum(ord(character) > 0xFFFF for character in text[:offset])


def to_characters(text: str, units: int) -> int:
    """The characters before a place that a browser names; within a surrogate pair, before the pair."""
    passed = 0
    for place, character in enumerate(text):
        if passed >= units:
            return place
        passed += 2 if ord(character) > 0xFFFF else 1
    return len(text)
