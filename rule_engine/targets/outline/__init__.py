"""Checked statements of rules into lines of plain words, for people who do not read rules."""

from __future__ import annotations

from rule_engine.rules.checked import Approval, Assignment, Rule, RuleTest, Validation
from rule_engine.targets.outline.line import Line
from rule_engine.targets.outline.statements import Outline
from rule_engine.targets.outline.teller import Namings, Teller
from rule_engine.targets.sentence import Language

Statement = Rule | Assignment | Validation | Approval | RuleTest

__all__ = ["Line", "Namings", "Statement", "outline", "summary"]


def outline(statement: Statement, language: Language, namings: Namings) -> tuple[Line, ...]:
    """What starts it, when it does something, and what, in the order of the text."""
    return tuple(Outline(Teller(language, namings, statement.object)).of(statement))


def summary(statement: Statement, language: Language, namings: Namings) -> str:
    """The lines as one sentence; the first few actions of a long rule."""
    teller = Teller(language, namings, statement.object)
    return teller.summary(list(Outline(teller).of(statement)))
