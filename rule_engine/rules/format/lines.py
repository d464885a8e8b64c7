"""Lines of formatted rules, and the comments of the source put back between and behind them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from rule_engine.rules.syntax.statements import Comment

INDENT = "    "
MAX_WIDTH = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of output. `start`, `end`: what of the source it shows; `comment_level`: how deep comments above it go;
    `opens`: a statement begins here, after a blank line."""

    text: str
    level: int
    start: int
    end: int
    comment_level: int
    opens: bool = False


def line(level: int, text: str, start: int, end: int, *, comment_level: int | None = None, opens: bool = False) -> Line:
    above = level if comment_level is None else comment_level
    return Line(text=text, level=level, start=start, end=end, comment_level=above, opens=opens)


@dataclass(slots=True)
class _Noted:
    """A line with its comments: those above it, and those behind it."""

    line: Line
    above: list[Comment]
    behind: list[Comment]


def render(lines: Sequence[Line], comments: Iterable[Comment], source: str) -> str:
    """The text of a file. A comment behind a line in the source stays behind it, any other goes above the next line."""
    noted, tail = _attach(lines, comments, source)
    output: list[str] = []
    for each in noted:
        if each.line.opens and output:
            output.append("")
        output += _render_above(each, source)
        text = INDENT * each.line.level + each.line.text
        output.append(" ".join([text, *(("" if index else " ") + note.text for index, note in enumerate(each.behind))]))
    if tail:
        output += [""] if output else []
        output += _with_blank_lines(tail, 0, source, None)
    return "".join(text + "\n" for text in output)


def _attach(lines: Sequence[Line], comments: Iterable[Comment], source: str) -> tuple[list[_Noted], list[Comment]]:
    noted = [_Noted(line=each, above=[], behind=[]) for each in lines]
    position, tail = 0, []
    for comment in comments:
        while position < len(noted) and noted[position].line.end <= comment.start:
            position += 1
        is_inside = position < len(noted) and noted[position].line.start < comment.start
        if position and not is_inside and _is_behind(noted[position - 1], comment, source):
            noted[position - 1].behind.append(comment)
        elif position < len(noted):
            noted[position].above.append(comment)
        else:
            tail.append(comment)
    return noted, tail


def _is_behind(noted: _Noted, comment: Comment, source: str) -> bool:
    return "\n" not in source[noted.line.end : comment.end]


def _render_above(noted: _Noted, source: str) -> list[str]:
    level = noted.line.comment_level
    return _with_blank_lines(noted.above, level, source, noted.line.start if noted.line.opens else None)


def _with_blank_lines(comments: Sequence[Comment], level: int, source: str, following: int | None) -> list[str]:
    """The comments on lines of their own; outside statements, blank lines between them stay (one at most)."""
    output: list[str] = []
    for index, comment in enumerate(comments):
        output.append(INDENT * level + comment.text)
        after = comments[index + 1].start if index + 1 < len(comments) else following
        if after is not None and level == 0 and re.search(r"\n[ \t\r]*\n", source[comment.end : after]):
            output.append("")
    return output


def width(text: str) -> int:
    """How many columns a text takes in a fixed-width font: a wide East Asian character takes two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
