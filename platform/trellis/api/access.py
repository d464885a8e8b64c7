"""HTTP for why somebody may or may not, and for records that are shared by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.errors import InvalidParameter
from trellis.api.members import known_members, optional_text, text
from trellis.api.parameters import parse_parameters
from trellis.errors import InvalidRequest
from trellis.explain.access import ASKED, AccessExplanations
from trellis.explain.access_words import LANGUAGES, answer_json
from trellis.records.shares import NewShare, Share, list_shares, share_record, unshare_record

PARAMETERS = ("user", "object", "id", "field", "action", "language")


async def explain_access(call: Call) -> Response:
    """In the caller's language when none is asked for; about the caller when no user is named."""
    given = parse_parameters(call.request.query_string, PARAMETERS)
    language = given.get("language") or call.actor.language
    if language not in LANGUAGES:
        raise InvalidParameter(f"language is {language[:60]!r}; expected {' or '.join(LANGUAGES)}.")
    action = next((one for one in ASKED if one == given.get("action", "read")), None)
    if action is None:
        raise InvalidParameter(f"action is {given['action'][:60]!r}; expected {', '.join(ASKED)}.")
    for name in ("object", "id"):
        if not given.get(name):
            raise InvalidParameter(f"{name} is missing.")
    answer = await AccessExplanations(call.tenant, call.runtime.access).why(
        call.actor,
        given.get("user") or call.actor.email,
        given["object"],
        given["id"],
        action=action,
        field=given.get("field") or None,
    )
    return json_response(answer_json(answer, language))


async def list_record_shares(call: Call) -> Response:
    call.request.accept_no_parameters()
    tenant, access, actor = call.tenant, call.runtime.access, call.actor
    shares = await list_shares(tenant, access, actor, call.path["object"], call.path["id"], now=datetime.now(UTC))
    return json_response({"shares": [_share_json(one) for one in shares]})


async def create_record_share(call: Call) -> Response:
    call.request.accept_no_parameters()
    body = known_members(await call.request.read_object(), ("principal", "access", "team_role", "expires_at"))
    access = optional_text(body, "access") or "read"
    if access not in ("read", "read_write"):
        raise InvalidRequest(f"access is {access[:40]!r}; it is read or read_write.")
    share = NewShare(
        principal=text(body, "principal"),
        access="read" if access == "read" else "read_write",
        team_role=optional_text(body, "team_role"),
        expires_at=_moment(optional_text(body, "expires_at")),
    )
    place = call.path["object"], call.path["id"]
    shared = await share_record(call.tenant, call.runtime.access, call.actor, *place, share, now=datetime.now(UTC))
    return json_response(_share_json(shared), 201)


async def delete_record_share(call: Call) -> Response:
    call.request.accept_no_parameters()
    place = call.path["object"], call.path["id"], call.path["share"]
    await unshare_record(call.tenant, call.runtime.access, call.actor, *place, now=datetime.now(UTC))
    return Response(status_code=204)


def _moment(given: str | None) -> datetime | None:
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise InvalidRequest(f"expires_at is {given[:40]!r}; write it as 2027-01-31T18:00:00Z.") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _share_json(share: Share) -> dict[str, Any]:
    return {
        "id": share.id,
        "principal": share.principal,
        "label": share.label,
        "access": share.access,
        "cause": share.cause,
        "team_role": share.team_role,
        "expires_at": None if share.expires_at is None else share.expires_at.isoformat(),
        "created_at": share.created_at.isoformat(),
        "created_by": share.created_by,
    }
