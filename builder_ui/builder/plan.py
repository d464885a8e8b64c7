"""Review and deploy: the draft's plan, the yes that destruction needs, and the deploy of exactly what was looked at."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from starlette.responses import Response

from builder_ui.builder.draft_store import Draft, take_out
from builder_ui.builder.frame import PLAN, render_builder
from builder_ui.builder.model import DraftFile, Nothing, PlanPage
from builder_ui.builder.plan_access import ADDRESS
from builder_ui.builder.planned import MAX_SUMMARY, deploy_agreed, problem_row, with_plan
from builder_ui.builder.workspace import Workspace, load_workspace
from builder_ui.toasts import leave_toast
from builder_ui.visit import Visit, safe_path, to
from trellis.errors import Conflict, InvalidMetadata, PlanRefused, TrellisError
from trellis.schema.deploy import SourceChange
from trellis.schema.deployed_problems import find_deployed_problems


async def plan_page(visit: Visit) -> Response:
    return await _show(visit, await load_workspace(visit))


async def run_deploy(visit: Visit) -> Response:
    """What was looked at is deployed, or nothing: a draft or a revision that changed meanwhile is shown again."""
    workspace = await load_workspace(visit)
    revision = workspace.revision
    if visit.posted("fingerprint") != fingerprint(revision, workspace.draft):
        changed = Conflict(
            visit.words.say("The draft or the revision has changed since you looked. This is the plan as it is now.")
        )
        return await _show(visit, workspace, changed)
    change = SourceChange(files=workspace.draft)
    summary = visit.posted("summary").strip()[:MAX_SUMMARY]
    try:
        done = await deploy_agreed(visit, change, revision=revision, summary=summary)
    except (InvalidMetadata, PlanRefused, Conflict) as error:
        return await _show(visit, await load_workspace(visit), error)
    await take_out(visit.tenant, tuple(workspace.draft))
    return to(f"/builder/plan?deployed={done.revision}")


async def discard_draft(visit: Visit) -> Response:
    """All of it, or one file."""
    path = visit.posted("path")
    await take_out(visit.tenant, (path,) if path else None)
    address = safe_path(visit.posted("back"), "/builder/plan" if path else "/builder")
    return leave_toast(to(address), visit.words.say("Taken out of the draft"))


def fingerprint(revision: int, draft: Draft) -> str:
    text = repr((revision, sorted(draft.items())))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


async def _show(visit: Visit, workspace: Workspace, error: TrellisError | None = None) -> Response:
    page = await _build(visit, workspace, error)
    status = 200 if error is None else 409
    return await render_builder(visit, "plan.html", page, here=PLAN, status=status)


async def _build(visit: Visit, workspace: Workspace, error: TrellisError | None) -> PlanPage:
    words = visit.words
    if not workspace.draft:
        return await _nothing(visit)
    page = PlanPage(
        title=words.say("Review and deploy"),
        here="/builder/plan",
        subtitle=words.say(
            "Your draft on revision %(number)s, checked against live data just now.", number=workspace.revision
        ),
        fingerprint=fingerprint(workspace.revision, workspace.draft),
        asks_why=True,
        summary=visit.posted("summary"),
        files=tuple(DraftFile(path=path, what=_what(visit, workspace, path)) for path in workspace.draft),
        way_back=words.say(
            "Revision %(number)s stays stored with everything in it. The history leads back to it.",
            number=workspace.revision,
        ),
    )
    if workspace.problems:
        return replace(
            page,
            asks_why=False,
            errors=tuple(problem_row(words, one) for one in workspace.problems),
            error_title=words.say("The draft does not hold together yet"),
            deploy_label=words.say("Deploy"),
            way_back=words.say("Nothing was changed."),
        )
    if visit.may("manage_access"):
        page = replace(page, access_href=ADDRESS)
    return await with_plan(visit, page, SourceChange(files=workspace.draft), error)


async def _nothing(visit: Visit) -> PlanPage:
    words, revision = visit.words, visit.asked("deployed")
    bare = PlanPage(title=words.say("Review and deploy"), here="/builder/plan", subtitle="", fingerprint="")
    if revision.isdigit():
        done = Nothing(
            title=words.say("Revision %(number)s is live", number=revision),
            text=words.say("Lists, forms and the API work with it from now on. Nobody had to sign in again."),
            href="/builder",
            label=words.say("Back to the objects"),
        )
        return replace(bare, nothing=done, deployed=True)
    empty = Nothing(
        title=words.say("Nothing to deploy"),
        text=words.say("What you edit in the builder waits here as a draft until you deploy it."),
        href="/builder",
        label=words.say("Back to the objects"),
    )
    return replace(
        bare,
        subtitle=words.say("The draft is empty."),
        nothing=empty,
        errors=tuple(problem_row(words, one) for one in await find_deployed_problems(visit.tenant)),
        error_title=words.say("Deployed and served, but not accepted by this version"),
    )


def _what(visit: Visit, workspace: Workspace, path: str) -> str:
    if workspace.draft[path] is None:
        return visit.words.say("removed")
    return visit.words.say("changed") if path in workspace.own else visit.words.say("new")
