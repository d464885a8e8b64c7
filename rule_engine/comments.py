"""Comments of a source put into its canonical text.

Both have the same tokens but for parentheses, so a comment's place is told by the tokens before it, and by the
parentheses around it in the gap between two tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_TOKEN = re.compile(
    r"""(?P<comment>/\*[^*]*\*+(?:[^/*][^*]*\*+)*/)|(?P<parenthesis>[()])|(?P<other>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'"""
    r"""|\{![^}]*\}|\d+(?:\.\d+)?|[\w$:.#%]+|&&|\|\||==|<>|!=|<=|>=|[^\s])""",
    re.DOTALL,
)
_Side = Literal["before closing", "between", "after opening"]


@dataclass(frozen=True, slots=True)
class _Comment:
    """`gap`: how many tokens stand before it; `side`: of the parentheses in that gap."""

    text: str
    gap: int
    side: _Side


def with_comments(source: str, canonical: str) -> str:
    """The canonical text of `source` with the comments that `source` has. Put into itself it stays the same."""
    if "/*" not in source:
        return canonical
    gaps = _gaps(canonical)
    text, end = "", 0
    for comment in _comments(source):
        place = _place(canonical, gaps[comment.gap], comment.side)
        text = _joined(_joined(text, canonical[end:place]), comment.text)
        end = place
    return _joined(text, canonical[end:])


def _comments(source: str) -> Iterator[_Comment]:
    """In source order, each with its side: decided by what else stands in its gap."""
    waiting: list[str] = []
    count, has_opened = 0, False
    for found in _TOKEN.finditer(source):
        if found["comment"]:
            if has_opened:
                yield _Comment(found["comment"], count, "after opening")
            else:
                waiting.append(found["comment"])
            continue
        if found["parenthesis"] == ")":
            yield from (_Comment(text, count, "before closing") for text in waiting)
            waiting, has_opened = [], False
        elif found["parenthesis"] == "(":
            yield from (_Comment(text, count, "between") for text in waiting)
            waiting, has_opened = [], True
        else:
            yield from (_Comment(text, count, "between") for text in waiting)
            waiting, has_opened, count = [], False, count + 1
    yield from (_Comment(text, count, "between") for text in waiting)


def _gaps(canonical: str) -> list[tuple[int, int]]:
    """Where the gap before each token begins and ends, and the one at the end."""
    gaps, end = [], 0
    for found in _TOKEN.finditer(canonical):
        if found["other"]:
            gaps.append((end, found.start()))
            end = found.end()
    return [*gaps, (end, len(canonical))]


def _place(canonical: str, gap: tuple[int, int], side: _Side) -> int:
    start, end = gap
    if side == "before closing":
        return start
    if side == "after opening":
        return end
    closing = canonical.rfind(")", start, end)
    opening = canonical.find("(", start, end)
    return closing + 1 if closing >= 0 else opening if opening >= 0 else end


def _joined(left: str, right: str) -> str:
    """A blank between, but for the inner sides of parentheses, a comma, and the ends."""
    if not left or not right:
        return left + right
    left, right = left.rstrip(" "), right.lstrip(" ")
    return f"{left}{right}" if left.endswith("(") or right[:1] in ("", ")", ",") else f"{left} {right}"
