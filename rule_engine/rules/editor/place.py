"""A place in a rule file: what the grammar takes there, and what was written before it in the same statement."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lark import Token, UnexpectedInput

from rule_engine.building import LimitExceeded
from rule_engine.rules.parser import MAX_LENGTH, Reading, TooDeep
from rule_engine.rules.scan import scan_source
from rule_engine.tokenizer import TokenKind, is_closed, tokens

_HEAD = re.compile(r"^[ \t]*(?:rule|assignment|validation|approval|test)(?![\w$:.#])", re.IGNORECASE | re.MULTILINE)
_FORMULA_TOKENS = frozenset({"NAME", "TEXT", "NUMBER", "INTEGER", "LPAR", "RPAR", "_COMMA", "_IN", "NOT", "SIGN"})
_CONSTANTS = frozenset({"TRUE", "FALSE", "NULL", "_BETWEEN", "_AND", "MERGED_NAME"})
_BEFORE_WORDS = frozenset(
    {"QUEUE", "ROLE", "TEAM", "USER", "TEMPLATE", "VIA", "ON", "CREATE", "UPDATE", "DELETE", "CALENDAR", "HOURS", "WEBHOOK"}
    | {"BY", "AS", "ARROW", "APPROVAL", "EACH", "SET", "WHEN", "OR"}
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A token of the statement: `kind` as in grammar/rules.lark."""

    kind: str
    text: str
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`word`: what of a word stands before the place; source[start:end] is what a completion replaces. `accepted`: the terminals that
    the grammar takes. `written`: the tokens before the word since the statement began. `formula`: the formula that the word is in
    or begins, up to the place, with comments blanked, and `formula_start` its offset; `is_text`: inside a text in quotes."""

    word: str
    start: int
    end: int
    accepted: frozenset[str]
    written: tuple[Written, ...]
    formula: str
    formula_start: int
    is_text: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(one.kind for one in self.written)

    @property
    def takes_formula(self) -> bool:
        return {"NUMBER", "LPAR"} <= self.accepted or "formula__NUMBER" in self.accepted or self.is_after_operand

    @property
    def is_after_operand(self) -> bool:
        return "_IN" in self.accepted and "NAME" not in self.accepted

    def word_after(self, kind: str) -> str | None:
        """The last name that directly follows such a token, in lower case."""
        for place in range(len(self.written) - 2, -1, -1):
            if self.written[place].kind == kind and self.written[place + 1].kind == "NAME":
                return self.written[place + 1].text.lower()
        return None


def find_place(source: str, position: int) -> Place | None:
    """None in a comment, and where nothing can be told."""
    if len(source) > MAX_LENGTH:
        return None
    position = max(0, min(position, len(source)))
    begin = _statement_start(source, position)
    scanned = scan_source(source[begin:])
    at = position - begin
    if any(
        one.start < at and (at < one.end or (one.text.startswith("--") and at == one.end)) for one in scanned.comments
    ):
        return None
    start, end, is_text = _word_at(scanned.text, at)
    reading = _Prefix(scanned.text[:start])
    if not reading.read_on():
        return None
    opening = _formula_start(reading.written)
    return Place(
        word=scanned.text[start:at],
        start=begin + start,
        end=begin + end,
        accepted=reading.accepted,
        written=tuple(reading.written),
        formula=scanned.text[opening:at],
        formula_start=begin + opening,
        is_text=is_text,
    )


def _statement_start(source: str, position: int) -> int:
    """Where the statement begins that the place is in; one whose first line holds the place is left from its very beginning."""
    starts = [found.start() for found in _HEAD.finditer(source, 0, position)]
    return starts[-1] if starts else 0


def _word_at(text: str, at: int) -> tuple[int, int, bool]:
    line = text.rfind("\n", 0, at) + 1
    for token in tokens(text[line : (text + "\n").index("\n", at)]):
        start, end = line + token.start, line + token.end
        if start < at <= end and token.kind is TokenKind.TEXT:
            closed = is_closed(token, text[line:])
            if not (closed and at == end):
                return start, end if closed else at, True
    start = at
    while start > line and (text[start - 1].isalnum() or text[start - 1] in "_$."):
        start -= 1
    end = at
    while end < len(text) and (text[end].isalnum() or text[end] == "_"):
        end += 1
    return start, end, False


def _formula_start(written: list[Written]) -> int:
    """Behind the last token that belongs to the rule around it."""
    opening, before, is_listing = 0, "", False
    for token in written:
        is_word = token.kind == "NAME" and (before in _BEFORE_WORDS or is_listing)
        is_listing = (before == "VIA" and is_word) or (is_listing and token.kind in ("NAME", "_COMMA"))
        is_of_formula = token.kind in _FORMULA_TOKENS or token.kind in _CONSTANTS or token.kind.endswith("_OPERATOR")
        if is_word or is_listing or not is_of_formula:
            opening = token.end
        before = token.kind
    return opening


class _Prefix(Reading):
    """Reads what was written so far, past what is wrong with it."""

    def __init__(self, source: str) -> None:
        self.written: list[Written] = []
        super().__init__(source)

    def read_on(self) -> bool:
        try:
            while True:
                try:
                    self._feed_all()
                except UnexpectedInput as error:
                    self.position = len(self.source) if error.pos_in_stream is None else error.pos_in_stream
                    if self.position >= len(self.source):
                        return True
                    self._restart()
                    continue
                return True
        except (TooDeep, LimitExceeded):
            return False

    @property
    def accepted(self) -> frozenset[str]:
        return frozenset(self._accepted())

    def _note_statement(self, token: Token) -> None:
        self.written.append(Written(kind=token.type, text=str(token.value), end=token.end_pos or 0))
        super()._note_statement(token)
