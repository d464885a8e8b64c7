"""Where a blank number counts as 0 and that decides something: only in formulas that read blank numbers as 0."""

from __future__ import annotations

from decimal import Decimal

from rule_engine import typed
from rule_engine.checking.warnings.findings import Findings
from rule_engine.functions.form_names import name_of_form
from rule_engine.wording import say

_ZERO = Decimal(0)


def warn_of_zero(node: typed.Typed, findings: Findings) -> None:
    """Comparisons that a blank meets because it is 0, substitutes that are never used, divisions that fail."""
    match node:
        case typed.Order(left=typed.Read() as read, operator=operator, right=typed.Constant(value=Decimal() as bound)):
            holds = {"<": bound > 0, "<=": bound >= 0, ">": bound < 0, ">=": bound <= 0}[operator]
            _warn_if(holds, read, node, findings)
        case typed.Order(left=typed.Constant(value=Decimal() as bound), operator=operator, right=typed.Read() as read):
            holds = {"<": bound < 0, "<=": bound <= 0, ">": bound > 0, ">=": bound >= 0}[operator]
            _warn_if(holds, read, node, findings)
        case (
            typed.Equal(left=typed.Read() as read, right=typed.Constant(value=Decimal() as value))
            | typed.Equal(left=typed.Constant(value=Decimal() as value), right=typed.Read() as read)
        ):
            _warn_if((value == _ZERO) is not node.is_negated, read, node, findings)
        case typed.Fallback(operand=typed.Read(blank_is_zero=True) as read, fallback=fallback):
            message = say(
                "%(text)s is never used: a blank %(field)s reads as 0 here.",
                text=findings.text(fallback),
                field=findings.text(read),
            )
            findings.add("blank_as_zero", message, fallback, say("Read blanks as blanks, or compare with 0."))
        case typed.Apply(arguments=(_, typed.Read(blank_is_zero=True) as read)):
            if name_of_form(node.form) in ("operator /", "MOD"):
                message = say("A blank %(field)s reads as 0 here, so this division fails.", field=findings.text(read))
                findings.add("blank_as_zero", message, read, say("Test it before: IF(x = 0, NULL, ... / x)."))


def _warn_if(holds: bool, read: typed.Read, node: typed.Typed, findings: Findings) -> None:
    if holds and read.blank_is_zero:
        message = say("A blank %(field)s reads as 0 here, so this is true for blanks too.", field=findings.text(read))
        findings.add("blank_as_zero", message, node, say("Read blanks as blanks if that is not meant."))
