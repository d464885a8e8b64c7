"""Checks rule syntax trees: every name resolved, every formula typed, every problem reported at once."""

from __future__ import annotations

from contextlib import suppress

from rule_engine.errors import Diagnostic, SourceError
from rule_engine.rules.check.checking import Checking, TooManyProblems
from rule_engine.rules.check.statements import check_statements
from rule_engine.rules.checked import CheckedRules
from rule_engine.rules.declared import declared_in
from rule_engine.rules.names import RuleNames
from rule_engine.rules.parser import parse_with_problems
from rule_engine.rules.syntax.statements import RuleSource


def check_rules(rules: RuleSource | str, names: RuleNames) -> CheckedRules:
    """The checked rules of one file.

    Raises: SourceError with every problem, in source order: those of the syntax, and those of all statements that could
    be read, the first MAX_PROBLEMS of them.
    """
    problems: tuple[Diagnostic, ...] = ()
    if isinstance(rules, str):
        rules, problems = parse_with_problems(rules)
    if problems and not rules.statements:
        raise SourceError(problems, rules.source)
    checking = Checking(rules.source, names, declared_in([rules]))
    checked = CheckedRules()
    with suppress(TooManyProblems):
        checked = check_statements(checking, rules.statements)
    problems += tuple(checking.problems)
    if problems:
        raise SourceError(sorted(problems, key=lambda problem: problem.start), rules.source)
    return checked
