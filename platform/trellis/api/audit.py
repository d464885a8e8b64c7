"""HTTP for the audit: reading and exporting it, verifying it, and anchors for keeping elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

from starlette.responses import Response, StreamingResponse

from trellis.api.call import Call, json_response
from trellis.api.errors import InvalidParameter
from trellis.api.members import known_members
from trellis.api.parameters import parse_limit, parse_parameters
from trellis.errors import InvalidRequest
from trellis.security.audit.anchor import make_anchor, read_anchor
from trellis.security.audit.asked import ASKED, parse_wanted
from trellis.security.audit.export import MEDIA_TYPES, Format, export_audit, row_json
from trellis.security.audit.read import GREATEST_NUMBER, get_audit, list_audit
from trellis.security.audit.verify import verify_audit

MAX_ANCHORS = 100


async def list_rows(call: Call) -> Response:
    """The newest first."""
    asked = parse_parameters(call.request.query_string, (*ASKED, "limit", "before"))
    limit, before = parse_limit(asked.get("limit")), asked.get("before")
    found = await list_audit(
        call.tenant,
        call.runtime.access,
        call.actor,
        parse_wanted(asked),
        limit=limit + 1,
        before=None if before is None else _number(before, "before"),
    )
    rows = found[:limit]
    next_before = rows[-1].number if len(found) > limit else None
    return json_response({"rows": [row_json(row) for row in rows], "next_before": next_before})


async def get_row(call: Call) -> Response:
    call.request.accept_no_parameters()
    number = _number(call.path["number"], "number")
    return json_response(row_json(await get_audit(call.tenant, call.runtime.access, call.actor, number)))


async def export_rows(call: Call) -> Response:
    """All that is asked for, the oldest first."""
    asked = parse_parameters(call.request.query_string, (*ASKED, "format"))
    shape = _format(asked.get("format", "jsonl"))
    pieces = await export_audit(
        call.tenant, call.runtime.access, call.actor, parse_wanted(asked), shape, now=datetime.now(UTC)
    )
    headers = {"Content-Disposition": f'attachment; filename="audit.{shape}"', "Cache-Control": "no-store"}
    return StreamingResponse(pieces, media_type=MEDIA_TYPES[shape], headers=headers)


async def get_anchor(call: Call) -> Response:
    call.request.accept_no_parameters()
    anchor = await make_anchor(call.tenant, call.runtime.access, call.actor, now=datetime.now(UTC))
    return json_response(anchor.to_json())


async def verify(call: Call) -> Response:
    """Reads all of the audit; the body may bring anchors."""
    call.request.accept_no_parameters()
    body = known_members(await call.request.read_optional_object(), ("anchors",))
    given = body.get("anchors", [])
    if not isinstance(given, list) or len(given) > MAX_ANCHORS:
        raise InvalidRequest(f"anchors must be an array of at most {MAX_ANCHORS}.")
    anchors = [read_anchor(one, f"Item {index} of the anchors") for index, one in enumerate(given)]
    found = await verify_audit(call.tenant, call.runtime.access, call.actor, anchors=anchors)
    return json_response(
        {
            "is_intact": found.is_intact,
            "first": found.first,
            "last": found.last,
            "findings": found.findings,
            "finding_count": found.finding_count,
            "anchors": found.anchors,
            "pruned_anchors": found.pruned_anchors,
        }
    )


def _number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) <= GREATEST_NUMBER):
        raise InvalidParameter(f"{name} must be the number of a row.", hint="Send next_before of the page before.")
    return int(text)


def _format(text: str) -> Format:
    for shape in get_args(Format):
        if shape == text:
            return shape  # type: ignore[no-any-return]  # get_args knows no types
    raise InvalidParameter(f"format must be one of {', '.join(get_args(Format))}.")
