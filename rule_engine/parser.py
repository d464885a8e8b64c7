"""Text into a syntax tree, by the grammar in grammar/formula.lark. Knows no names and no types."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

from lark import Lark, UnexpectedInput

from rule_engine import syntax
from rule_engine.building import ExpressionBuilder, LimitExceeded
from rule_engine.diagnosis import diagnose
from rule_engine.errors import Diagnostic, SourceError
from rule_engine.faults import find_faults
from rule_engine.wording import say

MAX_SOURCE_LENGTH = 65_536
STRANGE = re.compile("[\x00\ud800-\udfff]")
"""What databases do not store: NUL, and half of a surrogate pair."""


def parse_formula(source: str) -> syntax.Expression:
    """The syntax tree of one formula.

    Raises: SourceError when the text is no formula, too long or too deep, with every fault that can be told apart.
    """
    if len(source) > MAX_SOURCE_LENGTH:
        raise SourceError([too_long(source)], source[:200])
    if strange := STRANGE.search(source):
        raise SourceError([strange_character(source, strange.start())], source)
    try:
        tree: Any = _formula_parser().parse(source)
    except UnexpectedInput as error:
        raise SourceError(find_faults(source, _formula_parser(), error), source) from None
    except LimitExceeded as limit:
        raise SourceError([diagnose(source, limit.code, limit.message, limit.start, limit.end)], source) from None
    return tree  # type: ignore[no-any-return]  # the embedded builder makes Lark return our node


def too_long(source: str) -> Diagnostic:
    """The diagnostic for a text past MAX_SOURCE_LENGTH."""
    message = say(
        "The text has %(count)s characters; at most %(most)s are read.",
        count=len(source),
        most=MAX_SOURCE_LENGTH,
    )
    return diagnose(source[:200], "too_long", message, 0, 1, say("Split it, or move parts into formula fields."))


def strange_character(source: str, place: int) -> Diagnostic:
    """The diagnostic for NUL, or for half a surrogate pair: databases store neither."""
    message = say("Here stands the character U+%(ord)s, which no text may hold.", ord=f"{ord(source[place]):04X}")
    return diagnose(source, "syntax", message, place, place + 1, say("Delete it."))


@cache
def _formula_parser() -> Lark:
    grammar = files("rule_engine").joinpath("grammar/formula.lark").read_text(encoding="utf-8")
    return Lark(
        grammar,
        start="formula",
        parser="lalr",
        lexer="contextual",
        transformer=ExpressionBuilder(),
        maybe_placeholders=False,
    )
