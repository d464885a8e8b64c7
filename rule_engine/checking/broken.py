"""Unknown names in a text that is no formula, so that they are told together with its syntax faults."""

from __future__ import annotations

from rule_engine import syntax
from rule_engine.checking.checker import Checker
from rule_engine.checking.fitting import Mode
from rule_engine.errors import Diagnostic
from rule_engine.functions import FUNCTIONS
from rule_engine.tokenizer import TokenKind, tokens
from rule_engine.types import Scope

MAX_TOKENS = 2_000
# What stands inside these may bind names, or read those of child records.
_SCOPING = frozenset({"LET", "COUNT", "SUM", "AVG", "MIN", "MAX"})


def find_unknown_names(source: str, scope: Scope, mode: Mode) -> tuple[Diagnostic, ...]:
    """Fields and functions that are not there. Says nothing where a name may be bound by the formula itself."""
    checker = Checker(source, scope, mode=mode, blank_as_zero=False)
    names = [
        (one.kind, one.start, one.end, source[one.start : one.end])
        for one in tokens(source)[:MAX_TOKENS]
        if one.kind in (TokenKind.FUNCTION, TokenKind.NAME, TokenKind.GLOBAL)
    ]
    has_scopes = any(kind is TokenKind.FUNCTION and word.upper() in _SCOPING for kind, _, _, word in names)
    for kind, start, end, word in names:
        if kind is TokenKind.FUNCTION:
            _check_function(checker, syntax.Call(start=start, end=end, name=word, name_end=end, arguments=()))
        elif not has_scopes and "" not in (path := tuple(word.split("."))) and not word.startswith("{"):
            checker.check(syntax.Name(start=start, end=end, path=path))
    return tuple(one for one in checker.report.diagnostics if one.code.startswith("unknown_"))


def _check_function(checker: Checker, call: syntax.Call) -> None:
    known = {name for name, function in FUNCTIONS.items() if not function.is_internal}
    if call.name.upper() not in known:
        checker.report.unknown_function(call, known)
