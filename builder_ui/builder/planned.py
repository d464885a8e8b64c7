"""A plan to look at and agree to, whatever it comes from: the draft, or a revision to return to."""

from __future__ import annotations

from dataclasses import replace

from builder_ui.builder.model import PlanPage, PlanProblem
from builder_ui.builder.plan_view import PlanView
from builder_ui.translation import Words
from builder_ui.visit import Visit
from metamodel import MetadataProblem
from trellis.errors import InvalidMetadata, TrellisError
from trellis.schema.deploy import Change, Deployment, deploy, plan_deploy

MAX_SUMMARY = 500


async def with_plan(visit: Visit, page: PlanPage, change: Change, error: TrellisError | None) -> PlanPage:
    """`page` with what deploying `change` would do, and what went wrong when that was tried. Raises InvalidMetadata."""
    words = visit.words
    plan = await plan_deploy(visit.tenant, visit.actor, change, access=visit.runtime.access)
    view = PlanView(words, visit.formats, plan)
    return replace(
        page,
        sums=view.sums(),
        groups=view.groups(),
        checks=view.checks(),
        errors=error_rows(words, error),
        error_title=words.say("Nothing was deployed") if error else "",
        can_deploy=not plan.is_blocked,
        deploy_label=words.count("Deploy %(num)d change", "Deploy %(num)d changes", max(1, len(plan.steps))),
    )


async def deploy_agreed(visit: Visit, change: Change, *, revision: int, summary: str) -> Deployment:
    """Deploys what was looked at; what it destroys must have been agreed to, step by step. Raises InvalidMetadata, PlanRefused,
    Conflict."""
    access = visit.runtime.access
    plan = await plan_deploy(visit.tenant, visit.actor, change, access=access)
    needed = {f"{step.cost}:{step.target}" for step in plan.steps if step.cost == "destructive"}
    return await deploy(
        visit.tenant,
        visit.actor,
        change,
        accept_destruction=needed <= set(visit.form.getlist("accept")),
        summary=summary,
        base_revision=revision,
        access=access,
    )


def error_rows(words: Words, error: TrellisError | None) -> tuple[PlanProblem, ...]:
    if error is None:
        return ()
    if isinstance(error, InvalidMetadata):
        return tuple(problem_row(words, one) for one in error.problems if isinstance(one, MetadataProblem))
    return (PlanProblem(place="", text=words.tell(error.message), hint=words.tell(error.hint or "")),)


def problem_row(words: Words, problem: MetadataProblem) -> PlanProblem:
    place = f"{problem.file}:{problem.line}" if problem.line else problem.file
    return PlanProblem(place=place, text=words.tell(problem.message), hint=words.tell(problem.hint or ""))
