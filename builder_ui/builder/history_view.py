"""Past deploys -> what the pages of the history show of them."""

from __future__ import annotations

from builder_ui.builder.history_model import PastDeploy, PastStepRow
from builder_ui.builder.plan_view import LOOKS
from builder_ui.faces import face_of
from builder_ui.visit import Visit
from trellis.schema.history import Deployed, PastStep


def deploy_row(visit: Visit, one: Deployed) -> PastDeploy:
    words = visit.words
    return PastDeploy(
        revision=one.revision,
        href=f"/builder/history/{one.revision}",
        title=_title(visit, one),
        detail=words.count("%(num)d change", "%(num)d changes", len(one.steps)) if one.steps else "",
        author=face_of(one.author, one.author_name) if one.author and one.author_name else None,
        at=visit.formats.since(one.deployed_at, visit.now),
        at_iso=one.deployed_at.isoformat(),
        at_full=visit.formats.moment(one.deployed_at),
        is_current=one.is_current,
    )


def step_row(visit: Visit, step: PastStep) -> PastStepRow:
    icon, tone = LOOKS[step.cost]
    amount = ""
    if step.rows:
        number = visit.formats.number(step.rows)
        amount = visit.words.count("%(number)s row", "%(number)s rows", step.rows, number=number)
    return PastStepRow(icon=icon, tone=tone, cost=step.cost, summary=visit.words.tell(step.summary), amount=amount)


def _title(visit: Visit, one: Deployed) -> str:
    words = visit.words
    if one.revision == 0:
        return words.say("The workspace was created")
    if one.summary:
        return words.tell(one.summary)
    return words.tell(one.steps[0].summary) if one.steps else words.say("Comments or the order of lines")
