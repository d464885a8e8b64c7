"""A plan: what a deploy would do, what it costs, what stands in the way and what it destroys. Data for a person and for machines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from metamodel.changes import AccessNote
from rule_engine.rules.analysis import Finding as RuleFinding
from rule_engine.wording import Wording
from trellis.schema.checks import Finding

Cost = Literal["instant", "backfill", "checked", "destructive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """`target`: the component or field, such as lead.status; `rows`: how many are touched or lost; `seconds`: an estimate;
    `ddl`: the SQL as it will run; `findings`: rows in the way; `refusal`: why it cannot be done whatever the rows are;
    `notes`: what a change of permissions, sharing or record types comes to."""

    cost: Cost
    summary: Wording
    target: str
    rows: int = 0
    seconds: float = 0.0
    findings: tuple[Finding, ...] = ()
    ddl: tuple[str, ...] = ()
    refusal: Wording | None = None
    notes: tuple[AccessNote, ...] = ()

    def without_values(self) -> PlanStep:
        return replace(self, findings=tuple(finding.without_values() for finding in self.findings))

    @property
    def offending(self) -> tuple[dict[str, Any], ...]:
        """A sample of the rows in the way."""
        return tuple(row for finding in self.findings for row in finding.sample)

    @property
    def is_blocked(self) -> bool:
        return bool(self.findings) or self.refusal is not None

    @property
    def opens(self) -> bool:
        """Whether somebody may see or do more after it."""
        return any(note.opens for note in self.notes)

    def to_json(self) -> dict[str, Any]:
        return {
            "cost": self.cost,
            "summary": self.summary,
            "wording": self.summary.to_json(),
            "target": self.target,
            "rows": self.rows,
            "seconds": self.seconds,
            "findings": [finding.to_json() for finding in self.findings],
            "refusal": self.refusal,
            "ddl": list(self.ddl),
            "notes": [{"text": note.text, "wording": note.text.to_json(), "opens": note.opens} for note in self.notes],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`revision_from`: the revision it was made for, and the only one it can be applied to. `changes_files`: whether any source
    differs at all; a plan without steps may still change a comment. `warnings`: what is allowed in its rules but hardly meant."""

    steps: tuple[PlanStep, ...]
    revision_from: int
    changes_files: bool
    warnings: tuple[RuleFinding, ...] = ()

    def without_values(self) -> Plan:
        """The same for those who may not read what is in the rows that are in the way."""
        return replace(self, steps=tuple(step.without_values() for step in self.steps))

    @property
    def is_empty(self) -> bool:
        return not self.steps and not self.changes_files

    @property
    def is_blocked(self) -> bool:
        """Whether something stands in the way, so that it cannot be applied."""
        return any(step.is_blocked for step in self.steps)

    @property
    def is_destructive(self) -> bool:
        return any(step.cost == "destructive" for step in self.steps)

    @property
    def seconds(self) -> float:
        return round(sum(step.seconds for step in self.steps), 1)

    def to_json(self) -> dict[str, Any]:
        return {
            "revision_from": self.revision_from,
            "is_empty": self.is_empty,
            "is_blocked": self.is_blocked,
            "is_destructive": self.is_destructive,
            "seconds": self.seconds,
            "steps": [step.to_json() for step in self.steps],
            "warnings": [one.to_json() | {"wording": one.message.to_json()} for one in self.warnings],
        }

    def to_text(self) -> str:
        """The plan for a person, one paragraph for each step."""
        if self.is_empty:
            return "Nothing to do: everything is as deployed already."
        lines = [line for step in self.steps for line in _step_lines(step)]
        lines += [f"? warning      {warning.text}" for warning in self.warnings]
        return "\n".join([*lines, *_verdict(self)])


def _step_lines(step: PlanStep) -> Iterator[str]:
    amount = ""
    if step.rows:
        amount = f" ({step.rows:,} {'row' if step.rows == 1 else 'rows'}"
        amount += f", about {_duration(step.seconds)})" if step.seconds >= 0.1 else ")"
    mark = "!" if step.is_blocked else "-" if step.cost == "destructive" else "+"
    yield f"{mark} {step.cost:<11}  {step.summary}{amount}"
    if step.refusal:
        yield f"      refused: {step.refusal}"
    for finding in step.findings:
        yield f"      {finding.rows:,} {'row is' if finding.rows == 1 else 'rows are'} in the way: {finding.message}"
        for row in finding.sample:
            yield "        " + ", ".join(f"{name}={value}" for name, value in row.items())
        yield f"      {finding.hint}"
    for note in step.notes:
        yield f"      {'opens: ' if note.opens else ''}{note.text}"
    for statement in step.ddl:
        yield f"      {statement};"


def _verdict(plan: Plan) -> Iterator[str]:
    yield ""
    if not plan.steps:
        yield "Only comments or the order of lines differ; nothing in the database changes."
    elif plan.is_blocked:
        yield "This plan cannot be applied: mend what is marked with ! first."
    elif plan.is_destructive:
        yield "What is removed goes to the bin with its data for 30 days. It needs an explicit yes."
    if plan.seconds >= 0.1:
        yield f"It takes about {_duration(plan.seconds)}, all or nothing."


def _duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
