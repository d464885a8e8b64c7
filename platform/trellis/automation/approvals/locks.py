"""Records that are being decided on change for nobody, and stay: what people save is refused. Rules go on, since an administrator
deployed them."""

from __future__ import annotations

from collections.abc import Sequence

from rule_engine.wording import say
from trellis.automation.approvals.store import find_pending
from trellis.automation.compiling.approvals import approvals_of, approvals_on
from trellis.automation.hooks import Change, SaveContext
from trellis.errors import FieldError

FREE = frozenset(("owner", "owner_queue"))
"""A record can be handed over meanwhile."""


async def refuse_locked(context: SaveContext, object_name: str, changes: Sequence[Change]) -> None:
    """Notes it at the records, before rules change them. One query where there are approvals of the object, else none."""
    event = changes[0].event if changes else "created"
    is_own = context.depth == 0 and context.actor.channel not in ("rule", "job")
    if event in ("created", "restored") or not is_own or not approvals_on(context.compiled, object_name):
        return
    pending = await find_pending(context.transaction, context.compiled, {change.id for change in changes})
    approvals = approvals_of(context.compiled)
    for change in changes:
        approval = approvals.get(pending.get(change.id, ""))
        if approval is None:
            continue
        message = say('Locked until "%(approval)s" is decided or recalled.', approval=approval.approval.label)
        for name in _touched(change):
            change.errors.append(FieldError(field=name, code="locked", message=message))


def _touched(change: Change) -> list[str | None]:
    """What the caller wants to change; None for the record as a whole."""
    if change.event == "deleted":
        return [None]
    old = change.old or {}
    return [
        name
        for name, value in change.values.items()
        if name not in FREE and name not in change.set_by and value != old.get(name)
    ]
