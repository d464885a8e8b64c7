"""The rule language: when, if, then around formulas."""

from rule_engine.rules.check import check_rules
from rule_engine.rules.checked import CheckedRules
from rule_engine.rules.format import format_rules
from rule_engine.rules.names import ComingNames, FieldInfo, RuleNames
from rule_engine.rules.parser import parse_rules
from rule_engine.rules.syntax.statements import RuleSource

__all__ = [
    "CheckedRules",
    "ComingNames",
    "FieldInfo",
    "RuleNames",
    "RuleSource",
    "check_rules",
    "format_rules",
    "parse_rules",
]
