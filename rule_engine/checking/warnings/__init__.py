"""What is allowed in a formula but looks wrong. A warning is given only where it is certain; much is not looked for."""

from __future__ import annotations

from collections.abc import Iterable

from rule_engine import typed
from rule_engine.checking.warnings.branches import Facts, warn_of_branches
from rule_engine.checking.warnings.conditions import is_alone, warn_of_condition
from rule_engine.checking.warnings.findings import Findings
from rule_engine.checking.warnings.truth import Truths
from rule_engine.checking.warnings.zeros import warn_of_zero
from rule_engine.errors import Diagnostic

__all__ = ["find_warnings"]


def find_warnings(tree: typed.Typed, source: str, known: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Those about a checked tree whose places lie in `source`, besides the `known` ones."""
    findings, truths = Findings(source, known), Truths()
    waiting: list[tuple[typed.Typed, Facts, bool]] = [(tree, {}, True)]
    seen: set[int] = set()
    while waiting:
        node, facts, is_written_alone = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        warn_of_condition(node, truths, findings, is_written_alone=is_written_alone)
        warn_of_zero(node, findings)
        parts = warn_of_branches(node, truths, findings, facts)
        waiting.extend((part, known, is_alone(part, node)) for part, known in parts)
    return findings.diagnostics
