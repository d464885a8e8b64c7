"""HTTP for metadata: plan, deploy, roll back, pull, and the JSON Schemas of the components."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from metamodel import KINDS, schema_for
from trellis.api.call import Call, json_response
from trellis.api.errors import InvalidParameter
from trellis.api.members import flag, known_members, nearest_hint, text, whole_number
from trellis.api.parameters import parse_limit, parse_parameters
from trellis.errors import InvalidRequest, NotFound
from trellis.schema.access_preview import preview_access
from trellis.schema.deploy import Rollback, SourceChange, deploy, plan_deploy, pull, rollback_summary
from trellis.schema.history import get_deployed, list_deployed
from trellis.security.access import require

DEPLOY_MEMBERS = ("files", "replace", "accept_destruction", "summary", "base_revision")
ROLLBACK_MEMBERS = ("revision", "accept_destruction", "base_revision")


async def plan_metadata(call: Call) -> Response:
    call.request.accept_no_parameters()
    require(call.runtime.access, call.actor, "customize")
    body = await call.request.read_object()
    is_rollback = "rollback_to" in body
    body = known_members(body, ("rollback_to",) if is_rollback else ("files", "replace"))
    change = _rollback(body, "rollback_to") if is_rollback else _source_change(body)
    plan = await plan_deploy(call.tenant, call.actor, change, access=call.runtime.access)
    return json_response(plan.to_json())


async def preview_metadata_access(call: Call) -> Response:
    """Who would see more or less after deploying this."""
    call.request.accept_no_parameters()
    require(call.runtime.access, call.actor, "customize")
    body = known_members(await call.request.read_object(), ("files", "replace"))
    preview = await preview_access(
        call.tenant, call.runtime.access, call.actor, _source_change(body), now=datetime.now(UTC)
    )
    return json_response(preview.to_json())


async def deploy_metadata(call: Call) -> Response:
    """`base_revision`: the revision that the plan was made for; refused when another is in force by now."""
    call.request.accept_no_parameters()
    require(call.runtime.access, call.actor, "customize")
    body = known_members(await call.request.read_object(), DEPLOY_MEMBERS)
    deployment = await deploy(
        call.tenant,
        call.actor,
        _source_change(body),
        accept_destruction=flag(body, "accept_destruction"),
        summary=text(body, "summary", default=""),
        base_revision=whole_number(body, "base_revision", default=None, least=0, most=2**53),
        access=call.runtime.access,
    )
    return json_response({"revision": deployment.revision, "plan": deployment.plan.to_json()})


async def roll_back_metadata(call: Call) -> Response:
    """Back to what an earlier revision was, as a new one. `base_revision` as with a deploy."""
    call.request.accept_no_parameters()
    require(call.runtime.access, call.actor, "customize")
    body = known_members(await call.request.read_object(), ROLLBACK_MEMBERS)
    change = _rollback(body, "revision")
    deployment = await deploy(
        call.tenant,
        call.actor,
        change,
        accept_destruction=flag(body, "accept_destruction"),
        summary=rollback_summary(change.revision),
        base_revision=whole_number(body, "base_revision", default=None, least=0, most=2**53),
        access=call.runtime.access,
    )
    return json_response({"revision": deployment.revision, "plan": deployment.plan.to_json()})


async def list_history(call: Call) -> Response:
    """The revisions, the newest first; `before`: those below that number."""
    parameters = parse_parameters(call.request.query_string, ("limit", "before"))
    limit = parse_limit(parameters.get("limit"))
    before = parameters.get("before")
    if before is not None and _revision(before) is None:
        raise InvalidParameter(
            "before is no revision; expected a whole number.", hint="Send next_before of the page before."
        )
    found = await list_deployed(
        call.tenant,
        call.runtime.access,
        call.actor,
        limit=limit + 1,
        before=None if before is None else _revision(before),
    )
    shown = found[:limit]
    next_before = shown[-1].revision if len(found) > limit else None
    return json_response({"revisions": [one.to_json() for one in shown], "next_before": next_before})


async def get_revision(call: Call) -> Response:
    call.request.accept_no_parameters()
    number = _revision(call.path["revision"])
    if number is None:
        raise NotFound(f"There is no revision {call.path['revision'][:60]}.", hint="Revisions are whole numbers.")
    return json_response((await get_deployed(call.tenant, call.runtime.access, call.actor, number)).to_json())


def _revision(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


async def pull_metadata(call: Call) -> Response:
    call.request.accept_no_parameters()
    require(call.runtime.access, call.actor, "customize")
    return json_response({"files": dict(await pull(call.tenant))})


async def metadata_schema(call: Call) -> Response:
    call.request.accept_no_parameters()
    kind = call.path["kind"]
    if kind not in KINDS:
        raise NotFound(f"There is no kind of component named {kind[:60]}.", hint=nearest_hint(kind, KINDS))
    return json_response(schema_for(kind))


def _rollback(body: dict[str, Any], member: str) -> Rollback:
    revision = whole_number(body, member, default=None, least=0, most=10**9)
    if revision is None:
        raise InvalidRequest(
            f"{member} must be the number of a revision.", hint="GET /api/v1/metadata/history has them."
        )
    return Rollback(revision=revision)


def _source_change(body: dict[str, Any]) -> SourceChange:
    files = body.get("files")
    if not isinstance(files, dict) or not all(source is None or isinstance(source, str) for source in files.values()):
        raise InvalidRequest("files must be an object of source texts by path; null removes a file.")
    return SourceChange(files=files, replace=flag(body, "replace"))
