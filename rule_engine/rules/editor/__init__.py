"""What an editor of rule files asks. Works in text that is not finished, and never raises."""

from rule_engine.rules.editor.completion import RuleCompletion, complete_rules

__all__ = ["RuleCompletion", "complete_rules"]
