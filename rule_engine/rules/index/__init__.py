"""Conditions of many rules into an index, so that a record meets few of them; the answers are those of going through all."""

from rule_engine.rules.index.conditions import ConditionIndex
from rule_engine.rules.index.first_match import FirstMatch

__all__ = ["ConditionIndex", "FirstMatch"]
