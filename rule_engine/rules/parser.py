"""Rule files into syntax trees, by grammar/rules.lark. Knows no names and no types.

After an error it goes on at the next statement, action or row, so that one reading finds every error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from lark import Lark, Token, UnexpectedInput, UnexpectedToken
from lark.parsers.lalr_analysis import Shift
from lark.parsers.lalr_interactive_parser import InteractiveParser
from lark.utils import TextSlice

from rule_engine.building import LimitExceeded
from rule_engine.diagnosis import diagnose
from rule_engine.errors import Diagnostic, SourceError
from rule_engine.parser import STRANGE, strange_character
from rule_engine.rules.building import tree_builder
from rule_engine.rules.expectation import found_at, hint_for, hint_for_trigger
from rule_engine.rules.kind_words import kind_word
from rule_engine.rules.scan import scan_source
from rule_engine.rules.syntax.statements import RuleSource, Statement
from rule_engine.wording import say

MAX_LENGTH = 1_048_576
MAX_STACK = 2_000
MAX_PROBLEMS = 100
_STATEMENT = re.compile(r"(rule|assignment|validation|test)\s+[\"']|approval\s+[\w$:.#]+\s+[\"']", re.IGNORECASE)
_UNKNOWN_ESCAPE = re.compile(r"""(?:[^\\]|^)(?:\\\\)*\\[^nrtNRT"'\\]""")
_RESTART = re.compile(
    r"^[ \t]*(?P<word>rule|assignment|validation|approval|test|assign|set|create|update|delete|notify|send|post|submit|call"
    r"|fail|stop|if|for|after|else|end|step|expect)(?![\w$:.#])|^[ \t]*(?P<row>)(?=[^\n]*->)",
    re.IGNORECASE | re.MULTILINE,
)


def parse_rules(source: str) -> RuleSource:
    """The syntax tree of a rule file, comments kept.

    Raises: SourceError with every syntax error found.
    """
    tree, problems = parse_with_problems(source)
    if problems:
        raise SourceError(problems, source)
    return tree


def parse_with_problems(source: str) -> tuple[RuleSource, tuple[Diagnostic, ...]]:
    """What could be read of a rule file, and what could not."""
    if len(source) > MAX_LENGTH:
        message = say(
            "The file has %(count)s characters; at most %(most)s are read.", count=len(source), most=MAX_LENGTH
        )
        problem = diagnose(source[:200], "too_long", message, 0, 1, say("Split it into several files."))
        return RuleSource(source=source, statements=()), (problem,)
    strange = [strange_character(source, found.start()) for found in islice(STRANGE.finditer(source), MAX_PROBLEMS)]
    if strange:
        return RuleSource(source=source, statements=()), tuple(strange)
    reading = Reading(source)
    statements = reading.read()
    tree = RuleSource(source=source, statements=statements, comments=reading.scanned.comments)
    return tree, tuple(reading.problems)


@cache
def _rule_parser() -> Lark:
    return Lark.open_from_package(
        "rule_engine",
        "rules.lark",
        ["grammar"],
        start="rules",
        parser="lalr",
        lexer="contextual",
        transformer=tree_builder(),
        maybe_placeholders=False,
    )


def _shown(found: str) -> str:
    return found[:60] if found[:1] in ("'", '"') else f'"{found[:60]}"'


class TooDeep(Exception):
    """More is open than any rule needs; nothing after it is read."""


@dataclass(slots=True)
class _OpenStatement:
    """The statement that is being read."""

    keyword: str
    start: int
    title: str = ""
    has_problem: bool = False


class Reading:
    """One pass over one source; `problems` grows on the way."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.scanned = scan_source(source)
        self.problems: list[Diagnostic] = []
        self.open: _OpenStatement | None = None
        self.position = 0
        self.parser = self._parser_at(0)

    def read(self) -> tuple[Statement, ...]:
        while len(self.problems) < MAX_PROBLEMS:
            try:
                self._feed_all()
                statements: tuple[Statement, ...] = self._feed_end()
                return statements
            except UnexpectedInput as error:
                position = error.pos_in_stream
                at_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
                self._explain(len(self.source) if at_end or position is None else position)
            except TooDeep:
                message = say("What stands here is nested too deeply to be read.")
                self._report(diagnose(self.source, "too_deep", message, self.position, self.position + 1))
                return ()
            except LimitExceeded as limit:
                self._report(diagnose(self.source, limit.code, limit.message, limit.start, limit.end))
            self._restart()
        return ()

    def _parser_at(self, position: int) -> InteractiveParser:
        text = self.scanned.text
        return _rule_parser().parse_interactive(TextSlice(text, position, len(text)))

    def _feed_all(self) -> None:
        for token in self.parser.lexer_thread.lex(self.parser.parser_state):  # type: ignore[no-untyped-call]  # Lark's
            self.position = token.start_pos or 0
            token.type = self._read_as(token)
            self.parser.feed_token(token)
            self._note_statement(token)
            if len(self._states) > MAX_STACK:
                raise TooDeep
        self.position = len(self.source)

    def _read_as(self, token: Token) -> str:
        """The lexer's choice, unless only the parser can tell: a keyword that cannot go on here is a name."""
        if token.type == "LPAR":
            return "LIST_LPAR" if token.start_pos in self.scanned.lists else "LPAR"
        if self._is_shifted(token.type):
            return token.type
        other = "NUMBER" if token.type == "INTEGER" else "NAME" if token.value[0].isalpha() else token.type
        if other == token.type or self._takes(self._states[:], token.type):
            return token.type
        return other if self._takes(self._states[:], other) else token.type

    def _is_shifted(self, terminal: str) -> bool:
        """Whether the parser takes the terminal at once, with nothing to reduce before; the usual case."""
        action = self.parser.parser_state.parse_conf.states[self._states[-1]].get(terminal)
        return action is not None and action[0] is Shift

    def _note_statement(self, token: Token) -> None:
        if token.type in ("RULE", "ASSIGNMENT", "VALIDATION", "APPROVAL", "TEST") and len(self._states) <= 3:
            self.open = _OpenStatement(keyword=token.value.lower(), start=token.start_pos or 0)
        elif self.open and not self.open.title and token.type == "TEXT":
            self.open.title = token.value

    def _feed_end(self) -> Any:
        if self.problems:
            self._drop_until("$END")
        return self.parser.feed_eof()  # type: ignore[no-untyped-call]  # Lark leaves it untyped

    @property
    def _states(self) -> list[Any]:
        return self.parser.parser_state.state_stack

    # What is wrong

    def _explain(self, position: int) -> None:
        self.position = position
        text = self.scanned.text
        found = found_at(text, position)
        if self.open and (position >= len(text) or _STATEMENT.match(text, position)):
            if not self.open.has_problem:
                self._report(self._unfinished(position, found))
            return
        message, hint = self._explain_found(found) or (
            say("%(found)s cannot stand here.", found=_shown(found)),
            self._hint(found),
        )
        self._report(diagnose(self.source, "syntax", message, position, position + len(found), hint))

    def _explain_found(self, found: str) -> tuple[str, str] | None:
        """The message and the hint where what was found says more than what was expected."""
        if found in ("'", '"'):
            return say("The text is not closed."), say("Close it with the same quote, on the same line.")
        if found[:1] in ("'", '"') and _UNKNOWN_ESCAPE.search(found):
            return (
                say("The text holds an unknown escape."),
                say("After a backslash only n, r, t, a quote or a backslash may stand."),
            )
        if self.scanned.text.startswith("/*", self.position):
            return say("The comment is not closed."), say("Close it with */.")
        return None

    def _unfinished(self, position: int, found: str) -> Diagnostic:
        assert self.open
        about = {
            "kind": kind_word(self.open.keyword),
            "title": self.open.title or say("(no name)"),
            "line": self.source.count("\n", 0, self.open.start) + 1,
        }
        end = position + max(1, len(found))
        if "END" in self._accepted():
            hint = say('Close it with "end"; each "if … then" and "for each … do" inside needs an "end" of its own.')
            message = say('The %(kind)s %(title)s of line %(line)s has no "end".', **about)
            return diagnose(self.source, "syntax", message, position, end, hint)
        message = say("The %(kind)s %(title)s of line %(line)s is not finished.", **about)
        return diagnose(self.source, "syntax", message, position, end, self._hint(""))

    def _accepted(self) -> set[str]:
        return set(self.parser.accepts())  # type: ignore[no-untyped-call]  # Lark leaves it untyped

    def _hint(self, found: str) -> str | None:
        accepted = self._accepted()
        if accepted == {"END"} and self.open and self.open.keyword == "assignment":
            return say('Nothing but "end" may follow the "otherwise" row.')
        if accepted == {"CHANGES"}:
            return hint_for_trigger(self.scanned.text[: self.position])
        return hint_for(found, accepted)

    def _report(self, problem: Diagnostic) -> None:
        self.problems.append(problem)
        if self.open:
            self.open.has_problem = True

    # Going on after it

    def _restart(self) -> None:
        """Goes on at the next place where something begins that some open part of the tree can take."""
        position = self.position
        for found in _RESTART.finditer(self.scanned.text, position):
            is_row = found["word"] is None
            begin = found.end() if is_row else found.start("word")
            if (begin > position or not is_row) and self._drop_until("OTHERWISE" if is_row else found["word"].upper()):
                break
        else:
            begin = len(self.source)
            self._drop_until("$END")
        states, values = self.parser.parser_state.state_stack, self.parser.parser_state.value_stack
        self.parser = self._parser_at(begin)
        self.parser.parser_state.state_stack[:] = states
        self.parser.parser_state.value_stack[:] = values

    def _drop_until(self, terminal: str) -> bool:
        """Drops what is unfinished until the parser can take the terminal; False (and nothing dropped) if it never can."""
        for depth in range(len(self._states), 0, -1):
            if self._takes(self._states[:depth], terminal):
                del self._states[depth:]
                del self.parser.parser_state.value_stack[depth - 1 :]
                return True
        return False

    def _takes(self, states: list[Any], terminal: str) -> bool:
        """Whether a parser with these states on its stack can take the terminal, perhaps after some reductions."""
        conf = self.parser.parser_state.parse_conf
        while action := conf.states[states[-1]].get(terminal):
            kind, what = action
            if kind is Shift:
                return True
            if what.expansion:
                del states[-len(what.expansion) :]
            states.append(conf.states[states[-1]][what.origin.name][1])
            if states[-1] == conf.end_state:
                return True
        return False
