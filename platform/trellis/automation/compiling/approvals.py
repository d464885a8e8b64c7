"""The checked approvals of a model -> what runs: formulas of the steps compiled, and what is done at the end as a rule each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from metamodel.model import Model
from rule_engine import CheckedFormula
from rule_engine.rules import checked
from trellis.automation.approvals.course import Status
from trellis.automation.compiling.actions import Compiler
from trellis.automation.compiling.reads import Reads
from trellis.automation.steps import CompiledRule, Evaluate, Formula
from trellis.query.needs import Needs
from trellis.tenancy.compiled import CompiledModel


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledStep:
    """`user`: the compiled formula of an approver who is a path."""

    step: checked.ApprovalStep
    condition: Formula | None
    skip_if: Formula | None
    user: Formula | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledApproval:
    """`needs` and `looking_up`: those of all conditions and approvers. `outcomes`: what is done at each end; nothing where one is
    missing."""

    approval: checked.Approval
    condition: Formula | None
    steps: tuple[CompiledStep, ...]
    needs: Needs
    looking_up: tuple[Evaluate, ...]
    outcomes: Mapping[Status, CompiledRule]

    @property
    def name(self) -> str:
        return self.approval.name

    @property
    def conditions(self) -> tuple[Formula, ...]:
        """Its own, and those of its steps."""
        found = [self.condition, *(formula for one in self.steps for formula in (one.condition, one.skip_if))]
        return tuple(formula for formula in found if formula is not None)

    @property
    def rule(self) -> str:
        """What the ledger and errors call it."""
        return f"approval {self.approval.name}"

    @property
    def object(self) -> str:
        return self.approval.object


def approvals_of(compiled: CompiledModel) -> Mapping[str, CompiledApproval]:
    """By name, inactive ones too: what was submitted goes on. Compiled once for each model."""
    return compiled.prepared(("automation", "approvals"), lambda: compile_approvals(compiled.model))


def approvals_on(compiled: CompiledModel, object_name: str) -> tuple[CompiledApproval, ...]:
    found = compiled.prepared(("automation", "approvals by object"), lambda: _by_object(approvals_of(compiled)))
    return found.get(object_name, ())


def compile_approvals(model: Model) -> Mapping[str, CompiledApproval]:
    return {
        approval.name: _compile(model, approval)
        for name in model.objects
        for approval in model.rules_for(name).approvals
    }


def _by_object(approvals: Mapping[str, CompiledApproval]) -> Mapping[str, tuple[CompiledApproval, ...]]:
    found: dict[str, tuple[CompiledApproval, ...]] = {}
    for approval in approvals.values():
        found[approval.object] = (*found.get(approval.object, ()), approval)
    return found


def _compile(model: Model, approval: checked.Approval) -> CompiledApproval:
    reads = Reads(model, approval.object)
    outcomes: dict[Status, tuple[checked.Action, ...]] = {
        "approved": approval.on_approve,
        "rejected": approval.on_reject,
        "recalled": approval.on_recall,
    }
    condition = reads.optional(approval.condition)
    steps = tuple(_compile_step(reads, step) for step in approval.steps)
    return CompiledApproval(
        approval=approval,
        condition=condition,
        steps=steps,
        needs=reads.needs,
        looking_up=tuple(reads.looking_up),
        outcomes={end: _outcome(model, approval, actions) for end, actions in outcomes.items() if actions},
    )


def _compile_step(reads: Reads, step: checked.ApprovalStep) -> CompiledStep:
    approver = step.approver
    user = approver.user if isinstance(approver, checked.ToUser) else None
    return CompiledStep(
        step=step,
        condition=reads.optional(step.condition),
        skip_if=reads.optional(step.skip_if),
        user=reads.formula(user) if isinstance(user, CheckedFormula) else None,
    )


def _outcome(model: Model, approval: checked.Approval, actions: Sequence[checked.Action]) -> CompiledRule:
    """A rule that nothing sets off."""
    reads = Reads(model, approval.object)
    steps = Compiler(reads).steps(actions)
    return CompiledRule(
        name=f"approval {approval.name}",
        triggers=(),
        condition=None,
        before=steps.before if steps.changes_record else (),
        after=steps.after if steps.reaches_out else (),
        needs=reads.needs,
        looking_up=tuple(reads.looking_up),
        bound=reads.bound,
    )
