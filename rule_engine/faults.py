"""Every syntax fault of one formula: what stands there, and what may stand there.

After a fault the parser is given what it waits for, an operand or an operator, and reads on. A fault that nothing read
since the one before separates from it is a consequence of it, and is kept to ourselves.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from lark import Lark, Token, UnexpectedInput, UnexpectedToken
from lark.parsers.lalr_interactive_parser import InteractiveParser

from rule_engine.building import LimitExceeded
from rule_engine.diagnosis import diagnose
from rule_engine.errors import Diagnostic
from rule_engine.wording import say, say_choice

MAX_FAULTS = 10
_MAX_MENDS = 100
_WORD = re.compile(r"\{?!?[\w$:.#]+\}?")
_CLOSED_TEXT = re.compile(r"""(['"])(?:(?!\1)[^\\\r\n]|\\.)*\1""")
_UNKNOWN_ESCAPE = re.compile(r"""(?:[^\\]|^)(?:\\\\)*\\[^nrtNRT"'\\]""")
_LINE_REST = re.compile(r".*")
_OPERATOR = re.compile(r"&&|\|\||==|<>|!=|<=|>=|[=<>+\-*/^&,)]")
_PLAIN_FORMS = {
    **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb\u300c\u300d", say('a straight quote, "')),
    **dict.fromkeys("\u2018\u2019\u201a", say("a straight quote, '")),
    **dict.fromkeys("\u2013\u2014\u2212\uff0d", "-"),
    **dict.fromkeys("\u00d7\u00b7\uff0a", "*"),
    **dict.fromkeys("\u00f7\uff0f", "/"),
    **dict.fromkeys("\uff0c\u3001\uff1b;", ","),
    "\u2265": ">=",
    "\u2264": "<=",
    "\u2260": "<>",
    "\uff08": "(",
    "\uff09": ")",
    "\uff0b": "+",
    "\uff1d": "=",
    "\uff1c": "<",
    "\uff1e": ">",
    "\uff06": "&",
    "\u3002": say("a point, ."),
    "\uff01": "!",
    "[": say("the name without brackets"),
    "%": say("MOD(..., ...) or / 100"),
    "?": "IF(..., ..., ...)",
}
_STAND_INS = {"SUM_OPERATOR": "&", "EQUALITY_OPERATOR": "=", "_AND_OPERATOR": "&&", "_OR_OPERATOR": "||"}
_TERMINAL_WORDS = {"LPAR": '"("', "_COMMA": '","', "RPAR": '")"', "_AND": '"and"'}


def find_faults(source: str, parser: Lark, first: UnexpectedInput) -> tuple[Diagnostic, ...]:
    """What is wrong with a text that the parser refused with `first`."""
    faults = tuple(_Reading(source, parser).faults())
    return faults or (explain_unexpected(source, first, ()),)


class _Reading:
    """One pass over a text that is no formula."""

    def __init__(self, source: str, parser: Lark) -> None:
        self._source = source
        self._parser: InteractiveParser = parser.parse_interactive(source)
        self._has_read_since = True
        self._mended_at = -1

    def faults(self) -> Iterator[Diagnostic]:
        count = 0
        for _ in range(_MAX_MENDS):
            try:
                self._read_on()
                return
            except UnexpectedInput as error:
                if self._has_read_since:
                    yield explain_unexpected(self._source, error, self._parser.accepts())  # type: ignore[no-untyped-call]
                    count += 1
                if count == MAX_FAULTS or not self._can_mend(error):
                    return
            except LimitExceeded as limit:
                yield diagnose(self._source, limit.code, limit.message, limit.start, limit.end)
                return

    def _read_on(self) -> None:
        for token in self._parser.lexer_thread.lex(self._parser.parser_state):  # type: ignore[no-untyped-call]  # Lark's
            self._parser.feed_token(token)
            self._has_read_since = True
        self._parser.feed_eof()  # type: ignore[no-untyped-call]  # Lark leaves it untyped

    def _can_mend(self, error: UnexpectedInput) -> bool:
        """Mends the fault, unless what stands before it is wrong too as soon as it is read as a whole."""
        try:
            return self._mend(error)
        except (LimitExceeded, UnexpectedInput):
            return False

    def _mend(self, error: UnexpectedInput) -> bool:
        """Lets the parser go on behind the fault; false where it cannot."""
        start = error.pos_in_stream
        is_at_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
        if start is None or is_at_end or self._source.startswith("/*", start):
            return False
        self._has_read_since = False
        found = self._found_at(start)
        is_second_try, self._mended_at = self._mended_at == start, start
        wants_operand = "NAME" in self._accepted()
        if is_second_try:
            self._go_to(start + len(found))
        elif wants_operand:
            self._feed("NULL", "null", start)
            self._go_to(start if _OPERATOR.match(found) else start + len(found))
        else:
            operator = next((name for name in _STAND_INS if name in self._accepted()), None)
            if operator is not None and found != ")":
                self._feed(operator, _STAND_INS[operator], start)
            is_operand = operator is not None and self._begins_operand(found)
            self._go_to(start if is_operand else start + len(found))
        return True

    def _found_at(self, start: int) -> str:
        source = self._source
        if source[start] in "'\"":
            text = _CLOSED_TEXT.match(source, start) or _LINE_REST.match(source, start)
            return text[0] if text else source[start]
        for pattern in (_WORD, _OPERATOR):
            if found := pattern.match(source, start):
                return found[0]
        return source[start]

    def _begins_operand(self, found: str) -> bool:
        return found[0] in "'\"({!" or (found[0].isalnum() and found.lower() not in ("and", "or")) or found[0] == "$"

    def _accepted(self) -> Collection[str]:
        state: Any = self._parser.parser_state
        accepted: Collection[str] = state.parse_conf.parse_table.states[state.position]
        return accepted

    def _feed(self, kind: str, text: str, at: int) -> None:
        self._parser.feed_token(Token(kind, text, start_pos=at, end_pos=at))

    def _go_to(self, position: int) -> None:
        state: Any = self._parser.lexer_thread.state
        state.line_ctr.char_pos = position


def explain_unexpected(source: str, error: UnexpectedInput, accepted: Collection[str]) -> Diagnostic:
    """A syntax error in words: what stands there, and what may stand there, by the terminals that are accepted."""
    expected = _in_words(accepted)
    start = error.pos_in_stream if error.pos_in_stream is not None else len(source)
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return _fault(source, say("The text ends too early."), len(source), "", expected)
    found = str(error.token) if isinstance(error, UnexpectedToken) else source[start : start + 1]
    if isinstance(error, UnexpectedToken) and found[0] not in "'\"":
        return _fault(source, say('"%(found)s" cannot stand here.', found=found[:40]), start, found, expected)
    return _explain_character(source, start, expected)


def _explain_character(source: str, start: int, expected: str | None) -> Diagnostic:
    character = source[start : start + 1]
    if character in ("'", '"'):
        return _explain_quote(source, start, expected)
    if source.startswith("/*", start):
        return diagnose(source, "syntax", say("The comment is not closed."), start, start + 2, say("Close it with */."))
    word = _WORD.match(source, start)
    found = word[0] if word else character
    return _fault(source, say('"%(found)s" cannot stand here.', found=found[:40]), start, found, expected)


def _explain_quote(source: str, start: int, expected: str | None) -> Diagnostic:
    closed = _CLOSED_TEXT.match(source, start)
    if closed is None:
        hint = say("Close it with the same quote, on the same line.")
        return diagnose(source, "syntax", say("The text is not closed."), start, start + 1, hint)
    if _UNKNOWN_ESCAPE.search(closed[0]):
        hint = say("After a backslash only n, r, t, a quote or a backslash may stand.")
        return diagnose(source, "syntax", say("The text holds an unknown escape."), start, start + 1, hint)
    return _fault(source, say("A text cannot stand here."), start, closed[0], expected)


def _fault(source: str, message: str, start: int, found: str, expected: str | None) -> Diagnostic:
    hint = _habit(found) or (say("Expected %(wanted)s.", wanted=expected) if expected else None)
    end = start + len(found)
    return diagnose(source, "syntax", message, start, end, hint, expected=expected, found=found[:40] or "the end")


def _habit(found: str) -> str | None:
    """How to say here what other languages, word processors and Chinese keyboards say so."""
    if plain := _PLAIN_FORMS.get(found[:1]):
        return say("Write %(plain)s instead.", plain=plain)
    if found.lower() in ("and", "or"):
        operator = "&&" if found.lower() == "and" else "||"
        return say(
            'Join conditions with "%(operator)s" or %(function)s(..., ...).', operator=operator, function=found.upper()
        )
    return say("A number begins with a digit: 0.5, not .5.") if found.startswith(".") else None


def _in_words(terminals: Collection[str]) -> str | None:
    """What could stand there instead, in a few words."""
    if "NAME" in terminals:
        return say("a value: a field, a function, a number or a text")
    words: list[str] = [word for name, word in _TERMINAL_WORDS.items() if name in terminals]
    if any(name.endswith("_OPERATOR") for name in terminals):
        words = [say("an operator"), *(word for word in words if word != '"("')]
    return say_choice(words) if words else None
