"""Checked statements into findings: conditions that never or always hold, rows that never decide or overlap, records that no row
takes, rules that set each other off. What cannot be decided is left unsaid."""

from __future__ import annotations

from collections.abc import Iterable

from rule_engine.rules.analysis.conditions import Statement, conditions_of, find_certainty
from rule_engine.rules.analysis.cycles import find_cycles
from rule_engine.rules.analysis.effort import Effort
from rule_engine.rules.analysis.finding import Analysis, Code, Example, Finding
from rule_engine.rules.analysis.tables import Table
from rule_engine.rules.checked import Assignment, CheckedRules, Rule

__all__ = ["Analysis", "Code", "Example", "Finding", "analyse_rules"]


def analyse_rules(files: Iterable[CheckedRules], around: Iterable[Rule | Assignment] = ()) -> Analysis:
    """The findings of everything that is active; cycles are looked for across all files. In the order of the files, cycles last.
    `around`: what is active beside the files, that may be a part of cycles with them; nothing else is told of it."""
    effort = Effort()
    found: list[Finding] = []
    unfinished: list[str] = []
    setting_off: list[Rule | Assignment] = []
    for checked in files:
        statements: list[Statement] = [
            *checked.rules,
            *checked.assignments,
            *checked.validations,
            *checked.approvals,
        ]
        active = sorted((each for each in statements if each.is_active), key=lambda each: each.start)
        for statement in active:
            found += _of_conditions(statement, effort)
            if isinstance(statement, Assignment):
                table = Table(statement, effort)
                found += table.findings()
                if not table.is_finished:
                    unfinished.append(statement.name)
        setting_off += [each for each in active if isinstance(each, Rule | Assignment)]
    found += find_cycles(setting_off, effort, tuple(around))
    return Analysis(findings=tuple(found), unfinished=tuple(unfinished), is_finished=not effort.is_spent)


def _of_conditions(statement: Statement, effort: Effort) -> Iterable[Finding]:
    for condition in conditions_of(statement):
        code = find_certainty(condition.formula, effort)
        if code is not None:
            yield Finding(
                code=code, name=statement.name, object=statement.object, line=condition.line, row=condition.row
            )
