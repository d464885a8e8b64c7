"""Which clauses of the rules were seen true and which false while tests ran."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rule_engine import CheckedFormula, EvaluationContext
from trellis.rule_tests.clauses import Place, clauses_of, conditions_of, truths_of
from trellis.rule_tests.statements import Placed


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """One clause. `statement`: as people name it; `line` of the rule file."""

    file: str
    line: int
    statement: str
    text: str
    was_true: bool
    was_false: bool

    @property
    def is_whole(self) -> bool:
        return self.was_true and self.was_false

    def to_json(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "line": self.line,
            "statement": self.statement,
            "clause": self.text,
            "seen_true": self.was_true,
            "seen_false": self.was_false,
        }


class Watcher:
    """Implements trellis.automation.run.Watch. Conditions are told apart by identity: they are those of one model, which outlives it."""

    def __init__(self) -> None:
        self._seen: dict[tuple[int, Place], set[bool]] = {}

    def decide(self, condition: CheckedFormula, record: Mapping[str, Any], evaluation: EvaluationContext) -> None:
        for place, truth in truths_of(condition, record, evaluation):
            self._seen.setdefault((id(condition), place), set()).add(truth)

    def coverage_of(self, statements: Iterable[Placed]) -> tuple[Covered, ...]:
        """Of every clause that the statements have, in their order."""
        found: list[Covered] = []
        for placed in statements:
            for condition in conditions_of(placed.statement):
                for clause in clauses_of(condition):
                    seen = self._seen.get((id(condition), clause.place), set())
                    found.append(
                        Covered(
                            file=placed.file,
                            line=placed.line_at(clause.start),
                            statement=placed.name,
                            text=clause.text,
                            was_true=True in seen,
                            was_false=False in seen,
                        )
                    )
        return tuple(found)
