"""Where keywords without a node stand in the source, and when a list of field values is broken over lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rule_engine.rules.format import phrases
from rule_engine.rules.format.lines import INDENT, MAX_WIDTH, Line, line, width
from rule_engine.rules.syntax.node import FieldValue, Node
from rule_engine.rules.syntax.statements import Comment

_COMMA = re.compile(r"\s*,")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """`text` is the source with its comments blanked out."""

    text: str
    comments: tuple[Comment, ...]

    def keyword_before(self, position: int) -> int:
        """Where the last word before a position ends."""
        end = min(position, len(self.text))
        while end and self.text[end - 1].isspace():
            end -= 1
        return end

    def keyword(self, level: int, word: str, position: int, *, comment_level: int | None = None) -> Line:
        """The line of a keyword that stands right before a position."""
        end = self.keyword_before(position)
        return line(level, word, max(0, end - len(word)), end, comment_level=comment_level)

    def end(self, level: int, node: Node) -> Line:
        """The `end` of a node; comments above it belong to what it closes."""
        return line(level, "end", node.end - len("end"), node.end, comment_level=level + 1)

    def listed(self, level: int, head: str, values: tuple[FieldValue, ...], tail: str, node: Node) -> list[Line]:
        """`head (field = value, …) tail`, on one line if it fits and no comment stands inside."""
        if not values:
            return [line(level, head + tail, node.start, node.end)]
        texts = [phrases.field_value(value) for value in values]
        whole = f"{head} ({', '.join(texts)}){tail}"
        bracket = self.keyword_before(values[0].start)
        if width(INDENT * level + whole) <= MAX_WIDTH and not self._has_comment(bracket, node.end):
            return [line(level, whole, node.start, node.end)]
        opening = line(level, f"{head} (", node.start, bracket)
        inner = [
            line(level + 1, text + ("" if value is values[-1] else ","), value.start, self._comma_after(value.end))
            for text, value in zip(texts, values, strict=True)
        ]
        return [opening, *inner, line(level, f"){tail}", inner[-1].end, node.end, comment_level=level + 1)]

    def _has_comment(self, start: int, end: int) -> bool:
        return any(start <= comment.start < end for comment in self.comments)

    def _comma_after(self, position: int) -> int:
        """Past the comma that follows a position, or the position itself."""
        comma = _COMMA.match(self.text, position)
        return comma.end() if comma else position
