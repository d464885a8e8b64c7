"""What tells the dialects apart: the formulas of Salesforce's reports, and what we add to its language."""

from __future__ import annotations

import re

from rule_engine import syntax
from rule_engine.types import Path
from rule_engine.wording import say

REPORT_FUNCTIONS = frozenset({"PARENTGROUPVAL", "PREVGROUPVAL"})
_REPORT_NAME = re.compile(r".+:(?:SUM|AVG|MIN|MAX|UNIQUE|MEDIAN|SMALLEST|LARGEST)", re.IGNORECASE)


def is_report_name(path: Path) -> bool:
    """Whether it names a summary over a group of records, as `AMOUNT:SUM` and `RowCount` do."""
    return _REPORT_NAME.fullmatch(path[-1]) is not None or path[-1].lower() == "rowcount"


def addition(node: syntax.Membership | syntax.Between | syntax.ListLiteral | syntax.Call) -> tuple[str, str]:
    """What the node is called, and what Salesforce has in its place."""
    match node:
        case syntax.Membership():
            return '"in"', say("Write IN(subject, value, ...), or CASE for a picklist.")
        case syntax.Between():
            return '"between"', say("Write AND(low <= subject, subject <= high).")
        case syntax.ListLiteral():
            return say("A list"), say("Write its values one by one.")
        case syntax.Call(name=name):
            hint = (
                say("Repeat the value where the name stands.")
                if name.upper() == "LET"
                else say("Read a roll-up field.")
            )
            return name.upper(), say("%(hint)s Our own formulas have it.", hint=hint)
