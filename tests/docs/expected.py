"""What a document says a command prints, against what it printed: `…` stands for anything."""

from __future__ import annotations

import json
import re
from typing import Any

_BLANKS = r"[ \t]*"


def text_matches(expected: str, printed: str) -> bool:
    """Every line in order; `…` within a line is any text, a line of nothing else any lines."""
    pattern = ""
    for line in expected.strip().splitlines():
        if line.strip() == "…":
            pattern += r"(?:.*\n)*?"
        else:
            words = (".*".join(map(re.escape, word.split("…"))) for word in line.split())
            pattern += _BLANKS + _BLANKS.join(words) + _BLANKS + r"\n"
    return re.fullmatch(rf"\s*{pattern}\s*", "\n".join(printed.splitlines()) + "\n") is not None


def json_matches(expected: str, printed: str) -> bool:
    return value_matches(json.loads(expected), json.loads(printed))


def value_matches(expected: Any, actual: Any) -> bool:
    """Texts may have `…` in them; a member or an item `…` stands for any further ones."""
    if isinstance(expected, dict):
        more = "…" in expected
        names = [name for name in expected if name != "…"]
        return (
            isinstance(actual, dict)
            and (more or len(names) == len(actual))
            and all(name in actual and value_matches(expected[name], actual[name]) for name in names)
        )
    if isinstance(expected, list):
        more = bool(expected) and expected[-1] == "…"
        items = expected[:-1] if more else expected
        return (
            isinstance(actual, list)
            and (len(actual) >= len(items) if more else len(actual) == len(items))
            and all(value_matches(one, other) for one, other in zip(items, actual, strict=False))
        )
    if isinstance(expected, str) and "…" in expected:
        return expected == "…" or (isinstance(actual, str) and text_matches(expected, actual))
    return bool(expected == actual)
