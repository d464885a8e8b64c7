"""The text of a rule file -> the verdict on it: everything that is wrong, what is hardly meant, and what its statements say. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metamodel.model import Model
from rule_engine import Diagnostic, SourceError
from rule_engine.rules import CheckedRules, check_rules, format_rules
from rule_engine.rules.analysis import Finding, analyse_rules
from rule_engine.rules.checked import Approval, Assignment, Rule, RuleTest, Validation

Statement = Rule | Assignment | Validation | Approval | RuleTest


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`checked`: None when something is wrong; `errors` then has all of it. `findings`: of static analysis, those worth a warning."""

    source: str
    checked: CheckedRules | None
    errors: tuple[Diagnostic, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def is_valid(self) -> bool:
        return self.checked is not None

    def canonical(self) -> str | None:
        """The text formatted, which takes as long as checking it; None when it cannot be read."""
        try:
            return format_rules(self.source)
        except SourceError:
            return None

    @property
    def statements(self) -> tuple[Statement, ...]:
        """In the order of the text."""
        return statements_of(self.checked) if self.checked is not None else ()


def judge(model: Model, source: str) -> Verdict:
    """Never raises for what is wrong with the text. Rules that set each other off are looked for among all rules of the model."""
    try:
        checked = check_rules(source, model.rule_names)
    except SourceError as error:
        return Verdict(source=source, checked=None, errors=error.diagnostics)
    findings = analyse_rules([checked], around=_others(model, checked)).findings
    worth_telling = tuple(one for one in findings if not one.is_ordinary)
    return Verdict(source=source, checked=checked, findings=worth_telling)


def statements_of(checked: CheckedRules) -> tuple[Statement, ...]:
    """In the order of the text."""
    every: Sequence[Statement] = (
        *checked.rules,
        *checked.assignments,
        *checked.validations,
        *checked.approvals,
        *checked.tests,
    )
    return tuple(sorted(every, key=lambda one: one.start))


def kind_of(statement: Statement) -> str:
    """rule, assignment, validation, approval or test."""
    return "test" if isinstance(statement, RuleTest) else type(statement).__name__.lower()


def _others(model: Model, checked: CheckedRules) -> list[Rule | Assignment]:
    """The statements in force that the file does not hold, or replace."""
    own = {_key(one) for one in _setting_off(checked)}
    every = (one for rules in model.rules.values() for one in _setting_off(rules))
    return [one for one in every if one.is_active and _key(one) not in own]


def _setting_off(checked: CheckedRules) -> tuple[Rule | Assignment, ...]:
    return (*checked.rules, *checked.assignments)


def _key(statement: Rule | Assignment) -> tuple[str, str, str]:
    return kind_of(statement), statement.object, statement.name
