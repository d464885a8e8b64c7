"""The canonical text of rules: one layout for everybody, comments kept, formatting twice changes nothing."""

from __future__ import annotations

from rule_engine.rules.format.layout import Layout
from rule_engine.rules.format.lines import render
from rule_engine.rules.format.statements import statement_lines
from rule_engine.rules.parser import parse_rules
from rule_engine.rules.scan import scan_source
from rule_engine.rules.syntax.statements import RuleSource


def format_rules(source: str) -> str:
    """The canonical form of a rule file.

    Raises: SourceError when it cannot be parsed.
    """
    return format_tree(parse_rules(source))


def format_tree(tree: RuleSource) -> str:
    """The canonical form of a tree; with no source behind it, it has no comments."""
    layout = Layout(text=scan_source(tree.source).text, comments=tree.comments)
    lines = [line for statement in tree.statements for line in statement_lines(statement, layout)]
    return render(lines, tree.comments, tree.source)
