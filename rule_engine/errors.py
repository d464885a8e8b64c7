"""What is wrong with a formula or a rule: diagnostics with a place, and the errors that carry them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding. `start`/`end` are offsets into the source; `line`/`column` count from 1; `hint`: how to mend it;
    `expected`/`found`: what may stand there and what does, in words, where that is what is wrong."""

    code: str
    message: str
    start: int
    end: int
    line: int
    column: int
    hint: str | None = None
    severity: Literal["error", "warning"] = "error"
    expected: str | None = None
    found: str | None = None

    def render(self, source: str) -> str:
        """The message, the line it is about, a caret below the place, and the hint."""
        parts = [f"line {self.line}, column {self.column}: {self.message}", *self.excerpt(source)]
        if self.hint:
            parts.append(f"  {self.hint}")
        return "\n".join(parts)

    def excerpt(self, source: str) -> tuple[str, str]:
        """The line it is about, or what is around the place in a long one, and a line with a caret below the place."""
        begin = source.rfind("\n", 0, self.start) + 1
        end = source.find("\n", begin)
        text = source[begin : len(source) if end < 0 else end].removesuffix("\r")
        left = max(0, self.column - 60)
        caret = " " * (self.column - 1 - left) + "^" * max(1, min(self.end - self.start, len(text) - self.column + 1))
        return "  " + text[left : left + 120], "  " + caret[:120]


class RuleEngineError(Exception):
    """Root of all errors of this package."""


class SourceError(RuleEngineError):
    """A formula or rule text that cannot be accepted; carries every diagnostic found."""

    def __init__(self, diagnostics: Iterable[Diagnostic], source: str) -> None:
        self.diagnostics = tuple(diagnostics)
        self.source = source
        super().__init__("\n".join(diagnostic.render(source) for diagnostic in self.diagnostics))


class FormulaError(RuleEngineError):
    """A formula that failed while it was evaluated. `kind` is a stable code, such as division_by_zero."""

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(message)


class UnsupportedOnTarget(RuleEngineError):
    """A checked formula that one target cannot honour; the caller uses another target."""

    def __init__(self, target: str, what: str) -> None:
        self.target = target
        self.what = what
        super().__init__(f"{what} is not available on {target}")
