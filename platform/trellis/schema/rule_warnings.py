"""What static analysis newly finds in the rules of a deploy."""

from __future__ import annotations

from collections.abc import Hashable

from metamodel import Model
from rule_engine.rules.analysis import Finding, analyse_rules


def find_rule_warnings(old: Model, new: Model) -> tuple[Finding, ...]:
    """The findings worth a warning that the deployed rules do not have. Nothing when no rule changes."""
    if new.rules == old.rules:
        return ()
    known = {_identity(finding) for finding in analyse_rules(old.rules.values()).findings}
    found = analyse_rules(new.rules.values()).findings
    return tuple(one for one in found if not one.is_ordinary and _identity(one) not in known)


def _identity(one: Finding) -> Hashable:
    """Without its line, which every edit above it moves."""
    return one.code, one.object, one.name, one.row, one.by, one.rows, one.names
