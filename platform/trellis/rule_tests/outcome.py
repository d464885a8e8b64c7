"""What tests of rules came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trellis.rule_tests.coverage import Covered


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An expectation that does not hold, or what kept the test from coming to it. `line` of the rule file; `text`: what is expected
    there, "" when it did not come so far."""

    line: int
    text: str
    message: str

    def to_json(self) -> dict[str, Any]:
        return {"line": self.line, "expected": self.text, "message": self.message}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """One test. It holds when nothing failed."""

    file: str
    line: int
    object: str
    name: str
    failures: tuple[Failure, ...]

    @property
    def holds(self) -> bool:
        return not self.failures

    def to_json(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "line": self.line,
            "object": self.object,
            "name": self.name,
            "holds": self.holds,
            "failures": [failure.to_json() for failure in self.failures],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`coverage`: every clause of the rules that were tested, in the order of files and lines."""

    tests: tuple[Tested, ...]
    coverage: tuple[Covered, ...]

    @property
    def failed(self) -> tuple[Tested, ...]:
        return tuple(test for test in self.tests if not test.holds)

    @property
    def whole(self) -> int:
        """How many clauses were seen both true and false."""
        return sum(one.is_whole for one in self.coverage)

    def to_json(self) -> dict[str, Any]:
        return {
            "tests": [test.to_json() for test in self.tests],
            "held": len(self.tests) - len(self.failed),
            "failed": len(self.failed),
            "clauses": len(self.coverage),
            "clauses_seen_true_and_false": self.whole,
            "coverage": [one.to_json() for one in self.coverage],
        }
