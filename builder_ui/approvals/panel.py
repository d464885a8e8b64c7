"""The approvals of a record, beside it: the one that is pending with its ladder, those before, and what it could be submitted for."""

from __future__ import annotations

from builder_ui.approvals.model import ApprovalPanel, Choice, Past
from builder_ui.approvals.view import status_tag, view_of
from builder_ui.visit import Visit
from metamodel.definitions import Object
from trellis.automation.approvals.notices import approval_labels
from trellis.automation.approvals.reading import Listed

SHOWN = 5


async def panel_of(visit: Visit, thing: Object, record_id: str) -> ApprovalPanel | None:
    """None where there is nothing to show."""
    desk = visit.runtime.approval_desk(visit.tenant)
    found = await desk.of_record(visit.actor, thing.name, record_id, limit=SHOWN, now=visit.now)
    if not found.requests and not found.submittable:
        return None
    here = f"/app/{thing.name}/{record_id}"
    pending = next((one for one in found.requests if one.status == "pending"), None)
    opened = None
    if pending is not None:
        opened = await view_of(visit, await desk.open(visit.actor, pending.id, now=visit.now), back=here)
    return ApprovalPanel(
        opened=opened,
        open_href=f"/app/approvals/{pending.id}" if pending else "",
        submit_action=f"{here}/submit",
        submittable=tuple(
            Choice(value=one.name, label=visit.labels.approval(one.approval)) for one in found.submittable
        ),
        past=tuple(_past(visit, one) for one in found.requests if one.status != "pending"),
    )


def _past(visit: Visit, listed: Listed) -> Past:
    labels = approval_labels(visit.model, listed.object, visit.words.language).get(listed.approval, {})
    tag, tone, _ = status_tag(visit, listed.status)
    at = listed.ended_at or listed.submitted_at
    return Past(
        label=labels.get("", listed.approval),
        href=f"/app/approvals/{listed.id}?box=done",
        tag=tag,
        tone=tone,
        at=visit.formats.since(at, visit.now),
        at_iso=at.isoformat(),
        at_full=visit.formats.moment(at),
    )
