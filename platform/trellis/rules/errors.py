"""What can be wrong with rules that somebody writes, where the answer is not a list of findings."""

from __future__ import annotations

from rule_engine import SourceError
from rule_engine.errors import Diagnostic
from trellis.errors import TrellisError


class InvalidRules(TrellisError):
    """The text is no rule file; `diagnostics` has all that is wrong with it."""

    code = "invalid_rules"
    diagnostics: tuple[Diagnostic, ...] = ()

    def __init__(self, error: SourceError) -> None:
        self.diagnostics = error.diagnostics
        super().__init__(f"The rules cannot be read. {error}", hint=error.diagnostics[0].hint)
