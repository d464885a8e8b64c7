"""The rule language: when, if, then around formulas."""

from rule_engine.rules.check import check_rules
from rule_engine.rules.checked import CheckedRules
from rule_engine.rules.declared import Declared, declared_in
from rule_engine.rules.format import format_rules
from rule_engine.rules.names import FieldInfo, RuleNames
from rule_engine.rules.parser import parse_rules, parse_with_problems
from rule_engine.rules.syntax.statements import RuleSource

__all__ = [
    "CheckedRules",
    "Declared",
    "FieldInfo",
    "RuleNames",
    "RuleSource",
    "check_rules",
    "declared_in",
    "format_rules",
    "parse_rules",
    "parse_with_problems",
]
