"""Text into tokens for highlighting. Takes any text, finished or not: what makes no sense is a token too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_WORD = r"(?:[^\W\d_]|\$|%%%[A-Z_]+%%%)(?:[\w$:.\#]|%%%[A-Z_]+%%%)*"
_PATTERN = re.compile(
    rf"""
    (?P<space>\s+)
    | (?P<comment>/\*(?s:.*?)(?:\*/|\Z))
    | (?P<text>"(?:[^"\\\r\n]|\\.)*"?|'(?:[^'\\\r\n]|\\.)*'?)
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<merged>\{{!\s*{_WORD}\s*\}})
    | (?P<name>{_WORD})
    | (?P<operator>\|\||&&|==|!=|<>|<=|>=|[=<>+\-*/^&!])
    | (?P<bracket>[()])
    | (?P<comma>,)
    | (?P<unknown>.)
    """,
    re.VERBOSE,
)
_KEYWORDS = frozenset({"true", "false", "null", "not", "in", "between", "and"})


class TokenKind(StrEnum):
    """`global`: a name that begins with `$`; `function`: a name before a bracket, known or not."""

    COMMENT = "comment"
    TEXT = "text"
    NUMBER = "number"
    NAME = "name"
    GLOBAL = "global"
    FUNCTION = "function"
    KEYWORD = "keyword"
    OPERATOR = "operator"
    BRACKET = "bracket"
    COMMA = "comma"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Token:
    """source[start:end]. White space is no token."""

    kind: TokenKind
    start: int
    end: int


def tokens(source: str) -> tuple[Token, ...]:
    """The tokens in their order; they do not overlap, and leave out nothing but white space. Never raises."""
    found: list[Token] = []
    for match in _PATTERN.finditer(source):
        group = match.lastgroup or "unknown"
        if group != "space":
            found.append(Token(_kind(group, match, source), match.start(), match.end()))
    return tuple(found)


def is_closed(token: Token, source: str) -> bool:
    """Whether a text or a comment ends as it must."""
    text = source[token.start : token.end]
    if token.kind is TokenKind.COMMENT:
        return len(text) >= 4 and text.endswith("*/")
    return re.fullmatch(r"""(["'])(?:\\.|(?!\1)[^\\\n])*\1""", text) is not None


def _kind(group: str, match: re.Match[str], source: str) -> TokenKind:
    if group == "merged":
        return TokenKind.NAME
    if group != "name":
        return TokenKind(group)
    word = match.group()
    if word.lower() in ("in", "not"):
        return TokenKind.FUNCTION if word.lower() == "in" and _begins_call(match, source) else TokenKind.KEYWORD
    if _is_before_bracket(match.end(), source):
        return TokenKind.FUNCTION
    if word.lower() in _KEYWORDS:
        return TokenKind.KEYWORD
    return TokenKind.GLOBAL if word.startswith("$") else TokenKind.NAME


_BRACKET_NEXT = re.compile(r"(?:\s|/\*(?s:.*?)\*/)*\(")
_OPERAND_BEFORE = re.compile(r"[\w$\"')}]\s*\Z")


def _is_before_bracket(position: int, source: str) -> bool:
    return _BRACKET_NEXT.match(source, position) is not None


def _begins_call(match: re.Match[str], source: str) -> bool:
    """IN(a, b) is a call, `a in (b)` an operator: what stands before tells."""
    if not _is_before_bracket(match.end(), source):
        return False
    before = source[max(0, match.start() - 200) : match.start()]
    return _OPERAND_BEFORE.search(before) is None
