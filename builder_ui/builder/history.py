"""The history of deploys: what each did, when, by whom and why; and the plan that leads back to a revision."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from urllib.parse import urlencode

from starlette.responses import Response

from builder_ui.builder.frame import HISTORY, render_builder
from builder_ui.builder.history_model import HistoryPage, PastDeployPage
from builder_ui.builder.history_view import deploy_row, step_row
from builder_ui.builder.model import Nothing, PlanPage
from builder_ui.builder.planned import deploy_agreed, error_rows, with_plan
from builder_ui.posted import whole_number
from builder_ui.visit import Visit, to
from trellis.errors import Conflict, InvalidMetadata, NotFound, PlanRefused, TrellisError
from trellis.schema.deploy import Rollback, rollback_summary
from trellis.schema.history import Deployed, get_deployed, list_deployed

ON_PAGE = 30


async def history_page(visit: Visit) -> Response:
    before = whole_number(visit.asked("before"))
    found = await list_deployed(visit.tenant, visit.runtime.access, visit.actor, limit=ON_PAGE + 1, before=before)
    shown = found[:ON_PAGE]
    older = "/builder/history?" + urlencode({"before": shown[-1].revision}) if len(found) > ON_PAGE else None
    page = HistoryPage(deploys=tuple(deploy_row(visit, one) for one in shown), older_href=older)
    return await render_builder(visit, "history.html", page, here=HISTORY)


async def deploy_page(visit: Visit) -> Response:
    """What one deploy did."""
    one = await _find(visit)
    page = PastDeployPage(
        deploy=deploy_row(visit, one),
        summary=visit.words.tell(one.summary) if one.revision else "",
        steps=tuple(step_row(visit, step) for step in one.steps),
        back_href=None if one.is_current else _address(one),
    )
    return await render_builder(visit, "deploy.html", page, here=HISTORY)


async def rollback_page(visit: Visit) -> Response:
    return await _show(visit, await _find(visit))


async def run_rollback(visit: Visit) -> Response:
    """What was looked at is deployed, or nothing."""
    one = await _find(visit)
    revision = visit.compiled.revision
    if visit.posted("fingerprint") != _fingerprint(revision, one):
        text = visit.words.say("The revision in force has changed since you looked. This is the plan as it is now.")
        return await _show(visit, one, Conflict(text))
    change = Rollback(revision=one.revision)
    try:
        done = await deploy_agreed(visit, change, revision=revision, summary=rollback_summary(one.revision))
    except (InvalidMetadata, PlanRefused, Conflict) as error:
        return await _show(visit, one, error)
    return to(f"/builder/plan?deployed={done.revision}")


async def _find(visit: Visit) -> Deployed:
    number = whole_number(visit.part("revision"))
    if number is None:
        raise NotFound(visit.words.say("There is no page at %(path)s.", path=visit.request.url.path))
    return await get_deployed(visit.tenant, visit.runtime.access, visit.actor, number)


def _address(one: Deployed) -> str:
    return f"/builder/history/{one.revision}/rollback"


def _fingerprint(revision: int, one: Deployed) -> str:
    return hashlib.sha256(f"{revision} to {one.revision}".encode()).hexdigest()[:16]


async def _show(visit: Visit, one: Deployed, error: TrellisError | None = None) -> Response:
    page = await _plan(visit, one, error)
    return await render_builder(visit, "plan.html", page, here=HISTORY, status=200 if error is None else 409)


async def _plan(visit: Visit, one: Deployed, error: TrellisError | None) -> PlanPage:
    words, revision = visit.words, visit.compiled.revision
    way_back = words.say(
        "Revision %(number)s stays stored with everything in it. The history leads back to it.", number=revision
    )
    page = PlanPage(
        title=words.say("Back to revision %(number)s", number=one.revision),
        here=_address(one),
        subtitle=words.say(
            "What leads from revision %(current)s to what revision %(number)s was, checked against live data just now.",
            current=revision,
            number=one.revision,
        ),
        fingerprint=_fingerprint(revision, one),
        deploy_label=words.say("Deploy"),
        way_back=way_back,
    )
    try:
        page = await with_plan(visit, page, Rollback(revision=one.revision), error)
    except InvalidMetadata as refused:
        title = words.say("This version of Trellis does not accept that revision")
        return replace(page, errors=error_rows(words, refused), error_title=title)
    if page.groups or error:
        return page
    nothing = Nothing(
        title=words.say("Nothing to deploy"),
        text=words.say("Everything is as it was in revision %(number)s already.", number=one.revision),
        href="/builder/history",
        label=words.say("Back to the history"),
    )
    return replace(page, nothing=nothing)
