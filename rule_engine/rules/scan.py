"""Looks over a rule file before it is parsed: blanks its comments out (places stay the same) and keeps them, and finds the
brackets that open the list of an `update X where … (field = value)`, which no grammar with one token of lookahead can."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rule_engine.rules.syntax.statements import Comment

_TEXT = r'"(?:[^"\\\r\n]|\\.)*"|\'(?:[^\'\\\r\n]|\\.)*\''
_TEXT_OR_COMMENT = re.compile(rf"(?P<text>{_TEXT})|(?P<comment>--[^\r\n]*|/\*.*?\*/)", re.DOTALL)
_UPDATE_WHERE = re.compile(r"(?<![\w$:.#])update\s+[\w$:.#]+\s+where(?![\w$:.#])", re.IGNORECASE)
_TEXT_OR_BRACKET = re.compile(rf"{_TEXT}|[()]")
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
        if found["text"] is not None:
            return found.group()
        comments.append(Comment(text=found.group().rstrip(), start=found.start(), end=found.end()))
        return re.sub(r"[^\r\n]", " ", found.group())

    text = _TEXT_OR_COMMENT.sub(blank, source)
    lists = frozenset(filter(None, (_find_list(text, update.end()) for update in _UPDATE_WHERE.finditer(text))))
    return ScannedSource(text=text, comments=tuple(comments), lists=lists)


def _find_list(text: str, position: int) -> int | None:
    """The first bracket from `position` on, outside all others, whose closing bracket no formula goes on after."""
    opened: list[int] = []
    for found in _TEXT_OR_BRACKET.finditer(text, position):
        if found.group() == "(":
            opened.append(found.start())
        elif found.group() == ")":
            if not opened:
                return None
            start = opened.pop()
            if not opened and not _GOES_ON.match(text, found.end()):
                return start
    return None
