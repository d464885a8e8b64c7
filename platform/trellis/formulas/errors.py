"""What can be wrong with a formula that somebody asks about, where the answer is not a list of findings."""

from __future__ import annotations

from rule_engine import SourceError
from rule_engine.errors import Diagnostic
from trellis.errors import TrellisError


class InvalidFormula(TrellisError):
    """The text is no formula over the object; `diagnostics` has all that is wrong with it."""

    code = "invalid_formula"
    diagnostics: tuple[Diagnostic, ...] = ()

    def __init__(self, error: SourceError) -> None:
        self.diagnostics = error.diagnostics
        super().__init__(f"The formula cannot be used. {error}", hint=error.diagnostics[0].hint)
