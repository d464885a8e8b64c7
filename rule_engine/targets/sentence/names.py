"""Names of fields as people know them: their labels, or the words of their API names."""

from __future__ import annotations

import re
from collections.abc import Callable

from rule_engine.targets.sentence.words import Words
from rule_engine.types import Path

Labels = Callable[[Path], str | None]

_SUFFIX = re.compile(r"__(?:c|r|pc|pr)$", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z\d])(?=[A-Z])")


class Names:
    """Asks `labels` for each step of a path: ("account",), then ("account", "name"). Inside an aggregate `prefix` is
    the path of the child list."""

    def __init__(self, words: Words, labels: Labels | None, prefix: Path = ()) -> None:
        self._words, self._labels, self._prefix = words, labels, prefix

    def inside(self, rows: Path) -> Names:
        """The names of the fields of a child list."""
        return Names(self._words, self._labels, (*self._prefix, *rows))

    def said(self, path: Path) -> str:
        """ "the account's name", without the article."""
        if path[0].startswith("$") and len(path) > 1:
            text, done = self._words.of_global(path[0][1:], self._step(path[:2])), 2
        else:
            text, done = self._step(path[:1]), 1
        for length in range(done + 1, len(path) + 1):
            text = self._words.member(text, self._step(path[:length]))
        return text

    def value(self, path: Path, value: str) -> str:
        """The label of a picklist's value."""
        return self._label((*path, value)) or value

    def _step(self, path: Path) -> str:
        return self._label(path) or self.plain(path[-1])

    def _label(self, path: Path) -> str | None:
        return self._labels((*self._prefix, *path)) if self._labels else None

    @staticmethod
    def plain(name: str) -> str:
        """annual_revenue, AnnualRevenue and Annual_Revenue__c are all "annual revenue"."""
        spaced = _CAMEL.sub(" ", _SUFFIX.sub("", name).lstrip("$").replace("_", " ")).strip()
        words = (word if word.isupper() and len(word) > 1 else word.lower() for word in spaced.split())
        return " ".join(words) or name
