"""Looks over a rule file before it is parsed: blanks its comments out (places stay the same) and keeps them, and finds the
brackets that open the list of an `update X where … (field = value)`, which no grammar with one token of lookahead can."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rule_engine.rules.syntax.statements import Comment

# What is not closed goes to the end of the line or file, so that no place is looked at twice; the parser reports it.
_TEXT = r'"(?:[^"\\\r\n]|\\[^\r\n])*"?|\'(?:[^\'\\\r\n]|\\[^\r\n])*\'?'
_TEXT_OR_COMMENT = re.compile(rf"{_TEXT}|(?P<comment>--[^\r\n]*|/\*.*?\*/)|/\*.*", re.DOTALL)
_TEXT_OR_UPDATE_OR_BRACKET = re.compile(
    rf"{_TEXT}|(?P<update>(?<![\w$:.#])update\s+[\w$:.#]+\s+where(?![\w$:.#]))|[()]", re.IGNORECASE
)
_GOES_ON = re.compile(r"\s*(?:[-+*/^&|=<>!,(]|(?:in|between|and)(?![\w$:.#]))", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedSource:
    """`text`: the source with blanks for comments; `lists`: offsets of the opening brackets described above."""

    text: str
    comments: tuple[Comment, ...]
    lists: frozenset[int]


def scan_source(source: str) -> ScannedSource:
    comments: list[Comment] = []

    def blank(found: re.Match[str]) -> str:
        if found["comment"] is None:
            return found.group()
        comments.append(Comment(text=found.group().rstrip(), start=found.start(), end=found.end()))
        return re.sub(r"[^\r\n]", " ", found.group())

    text = _TEXT_OR_COMMENT.sub(blank, source)
    return ScannedSource(text=text, comments=tuple(comments), lists=frozenset(_find_lists(text)))


def _find_lists(text: str) -> Iterator[int]:
    """Behind each `update X where` the first bracket, outside all others, whose closing bracket no formula goes on after."""
    opened: list[int] | None = None
    for found in _TEXT_OR_UPDATE_OR_BRACKET.finditer(text):
        if found["update"]:
            opened = []
        elif opened is not None and found.group() == "(":
            opened.append(found.start())
        elif opened is not None and found.group() == ")":
            start = opened.pop() if opened else None
            if start is None or (not opened and not _GOES_ON.match(text, found.end())):
                opened = None
                if start is not None:
                    yield start
